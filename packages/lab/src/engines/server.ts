import { setTimeout as sleep } from "node:timers/promises";
import {
  type OwnServer,
  type ServerName,
  startServer,
  type TestDatabase,
  type TestServer,
} from "@slotwright/test-servers";
import { unlessAborted } from "../interruption.ts";
import { type Afterwards, type FreshDatabase, NoDatabaseError } from "./engine.ts";

export interface ServerKind {
  readonly engine: ServerName;
  readonly title: string;
  /** The environment variable for the URL of a running server. */
  readonly variable: string;
  /** The command that opens the database with this URL. */
  readonly look: (url: URL) => string;
}

/**
 * A database on a server that is given by its URL, installed, or fetched.
 * @throws NoDatabaseError
 */
export async function createServerDatabase(kind: ServerKind, signal: AbortSignal): Promise<FreshDatabase> {
  const starting = testServerOf(kind);
  const server = await unlessAborted(signal, () => starting).catch(async (error: unknown) => {
    await giveUp(starting);
    throw error;
  });
  try {
    return onServer(server, kind, await server.createDatabase());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function testServerOf({ engine, title, variable }: ServerKind): Promise<TestServer> {
  if (!process.env[variable])
    process.stdout.write(`Starting ${title}. If it is not installed, it is fetched the first time.\n`);
  const server = await startServer(engine).catch((cause: Error) => {
    throw new NoDatabaseError(cause.message, { cause });
  });
  if (server !== undefined) return server;
  throw new NoDatabaseError(`There is no ${title} server. Set ${variable} to the URL of one.`);
}

/** Milliseconds in which every server starts, but not every download ends. */
const patience = 5_000;

/** A data folder in the making would be left behind, so the server may start first, and is then stopped in order. */
async function giveUp(starting: Promise<TestServer>): Promise<void> {
  const stopped = starting.then((server) => server.stop()).catch(() => {});
  await Promise.race([stopped, sleep(patience)]);
}

function onServer(server: TestServer, kind: ServerKind, { url, drop }: TestDatabase): FreshDatabase {
  const shown = withoutPassword(url);
  return {
    address: url,
    shown: shown.href,
    origin: `${server.version} (${server.origin})`,
    afterwards: isOwn(server) ? goesWithServer(kind) : staysOnServer(kind, shown),
    async end({ keep }) {
      // If the server is ours, its data go, too.
      if (isOwn(server)) await server.stop();
      else if (!keep) await drop();
    },
  };
}

function isOwn(server: TestServer): server is OwnServer {
  return "process" in server;
}

function goesWithServer({ variable }: ServerKind): Afterwards {
  const gone = `The database is removed with its server. To keep one, set ${variable} to the URL of a server that stays, and use --keep.`;
  return { kept: gone, gone };
}

function staysOnServer({ look }: ServerKind, url: URL): Afterwards {
  return {
    kept: `The database stays. To look at it: ${look(url)}`,
    gone: "The database is removed. Use --keep to keep it and look at it.",
  };
}

function withoutPassword(url: string): URL {
  const shown = new URL(url);
  shown.password = "";
  return shown;
}
