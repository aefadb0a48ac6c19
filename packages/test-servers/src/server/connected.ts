import { randomBytes } from "node:crypto";
import type { DatabaseClient, ServerName } from "../engine.ts";
import { engines } from "../engines.ts";
import type { TestDatabase, TestServer } from "../test-server.ts";

/**
 * A server that somebody else started and will stop.
 *
 * @param url An administrator's URL to a database that exists.
 * @param origin Where the URL came from, for reports.
 * @throws If the server does not answer, or belongs to another engine.
 */
export async function connectServer(engine: ServerName, url: string, origin = "a URL"): Promise<TestServer> {
  const { client, title } = engines[engine];
  const version = await client.version(url).catch((error: Error) => {
    throw new Error(`${title} at the URL of ${origin}: ${error.message}`, { cause: error });
  });
  return { engine, version, origin, url, createDatabase: () => createDatabase(client, url), stop: async () => {} };
}

/** A new, empty database with a name that no other process will pick. */
export async function createDatabase(client: DatabaseClient, serverUrl: string): Promise<TestDatabase> {
  const name = `slotwright_${randomBytes(8).toString("hex")}`;
  await client.createDatabase(serverUrl, name);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => client.dropDatabase(serverUrl, name) };
}
