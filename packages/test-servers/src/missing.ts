import type { EngineDefinition, Environment } from "./engine.ts";

/** Writes a line that nobody overlooks, on stderr because stdout may be a program's result. */
export function announce(line: string): void {
  process.stderr.write(`[test-servers] ${line}\n`);
}

/** A skip on a developer's computer, with the way out; a failure in CI, where a skip would pass for a success. */
export function missing(definition: EngineDefinition, reason: string, environment: Environment): undefined {
  const { title, urlVariable } = definition;
  const line =
    `${title} is SKIPPED: ${urlVariable} is not set, no server is installed, and ${reason}. ` +
    `Set ${urlVariable}; "docker compose" with packages/test-servers/compose.yaml has a server and tells its URL.`;
  if (environment.CI === "true") throw new Error(line.replace("is SKIPPED", "is missing"));
  announce(line);
}
