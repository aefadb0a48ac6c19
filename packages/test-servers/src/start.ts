import type { EngineDefinition, Environment, Installation, ServerName } from "./engine.ts";
import { engines } from "./engines.ts";
import { announce, missing } from "./missing.ts";
import { connectServer } from "./server/connected.ts";
import { runServer } from "./server/run.ts";
import type { OwnServer, TestServer } from "./test-server.ts";
import { isAtLeast } from "./versions.ts";

export interface StartOptions {
  /** Where to look for URLs, the PATH, the cache folder and `CI`. Defaults to `process.env`. */
  readonly environment?: Environment;
  /**
   * An existing folder for the data of our own server, on a disk of the caller's choice. Defaults to the temporary
   * folder. Every user must be able to pass through it. The log stays in the temporary folder.
   */
  readonly folder?: string;
  /** Where our own server may come from, in this order. Defaults to both. */
  readonly from?: readonly ("installed" | "fetched")[];
}

/**
 * A server to work on: the one whose URL is in the environment, or one of our own.
 *
 * @returns `undefined` if the engine is not available, after saying so on stderr.
 * @throws If the engine is not available and `CI=true`, or if the environment's URL does not work.
 */
export async function startServer(engine: ServerName, options: StartOptions = {}): Promise<TestServer | undefined> {
  const { urlVariable } = engines[engine];
  const url = (options.environment ?? process.env)[urlVariable];
  return url === undefined || url === "" ? startOwnServer(engine, options) : connectServer(engine, url, urlVariable);
}

/**
 * A server that runs as our own process, whatever the environment says, so that it can be paused, killed and restarted.
 *
 * @returns `undefined` if the engine is not available, after saying so on stderr.
 * @throws If the engine is not available and `CI=true`.
 */
export async function startOwnServer(engine: ServerName, options: StartOptions = {}): Promise<OwnServer | undefined> {
  const { environment = process.env, from = ["installed", "fetched"], folder } = options;
  const definition = engines[engine];
  const found = await findInstallation(definition, environment, from).catch(notFetched);
  if (typeof found === "string") return missing(definition, found, environment);
  return runServer(definition, found, environment, folder);
}

/** The reason why there is no server, or else throws. */
export function notFetched(error: unknown): string {
  if (error instanceof NotFetched) return error.message;
  throw error;
}

/** An installed server that is new enough, or one that is fetched, or an older installed one. @throws NotFetched */
export async function findInstallation(
  definition: EngineDefinition,
  environment: Environment,
  from: readonly string[],
): Promise<Installation> {
  const installed = from.includes("installed") ? await definition.installed(environment) : [];
  const current = installed.find(({ version }) => isAtLeast(version, definition.wanted));
  if (current !== undefined) return current;
  try {
    return await fetchEngine(definition, environment, from);
  } catch (error) {
    const older = installed[0];
    if (older === undefined) throw error;
    const reason = notFetched(error);
    announce(`${definition.title} ${older.version} is older than ${definition.wanted}, and ${reason}.`);
    return older;
  }
}

class NotFetched extends Error {}

async function fetchEngine(
  definition: EngineDefinition,
  environment: Environment,
  from: readonly string[],
): Promise<Installation> {
  if (!from.includes("fetched")) throw new NotFetched("fetching it is turned off");
  try {
    return await definition.fetch(environment);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotFetched(`it could not be fetched (${reason})`, { cause: error });
  }
}
