import { afterAll, beforeAll } from "vitest";
import type { Listening } from "../listen.ts";
import { startServer } from "../server.ts";
import { clientOf, type Send } from "./client.ts";
import type { TestDatabase, TestEngine } from "./engines.ts";

/** Hosts on one fresh database, for all tests of a describe block. They start at the same time, too. */
export function hostsOn<const Names extends readonly string[]>(
  { createDatabase }: TestEngine,
  names: Names,
): Readonly<Record<Names[number], Send>> & Pick<TestDatabase, "cutConnections"> {
  let database: TestDatabase | undefined;
  let servers: readonly Listening[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    const { url } = database;
    servers = await Promise.all(names.map(() => startServer({ databaseUrl: url, port: 0 })));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database?.drop();
  });

  const clients = names.map((name, index): [string, Send] => [
    name,
    (route, sent) => clientOf(servers[index]?.url ?? "")(route, sent),
  ]);
  const sends = Object.fromEntries(clients) as Record<Names[number], Send>;
  return { ...sends, cutConnections: () => database?.cutConnections() };
}
