import type { EngineDefinition, Environment } from "./engine.ts";

/** Writes a line that is hard to overlook, on stderr because stdout may be a program's result. */
export function announce(line: string): void {
  process.stderr.write(`[test-servers] ${line}\n`);
}

/** On a developer's computer, skips and says what to do. In CI it fails, because a skip would look like success. */
export function missing(definition: EngineDefinition, reason: string, environment: Environment): undefined {
  const { title, urlVariable } = definition;
  const advice = `Set ${urlVariable}; "docker compose" with packages/test-servers/compose.yaml has a server and prints its URL.`;
  return skipped(title, `${urlVariable} is not set, no server is installed, and ${reason}. ${advice}`, environment);
}

/** The same, for what has no variable: a cluster, or a pooler. */
export function skipped(what: string, reason: string, environment: Environment): undefined {
  const line = `${what} is SKIPPED: ${reason}`;
  if (environment.CI === "true") throw new Error(line.replace("is SKIPPED", "is missing"));
  announce(line);
}
