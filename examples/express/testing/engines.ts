import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerName, TestServer } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { proxyTo } from "./proxy.ts";

/** An engine with databases to throw away. */
export interface TestEngine {
  readonly title: string;
  readonly createDatabase: () => Promise<TestDatabase>;
}

export interface TestDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
  /** Cuts all connections to it, as a failing network does. */
  readonly cutConnections: () => void;
}

/** For what no engine has a say in. */
export const sqlite: TestEngine = {
  title: "sqlite",
  async createDatabase() {
    const folder = await mkdtemp(join(tmpdir(), "slotwright-express-"));
    const url = `sqlite:${join(folder, "host.sqlite")}`;
    return { url, drop: () => rm(folder, { recursive: true }), cutConnections: () => {} };
  },
};

/** SQLite, and every server that can be had here. What cannot be had is skipped loudly, and fails where CI=true. */
export async function testEngines(): Promise<readonly TestEngine[]> {
  const names = Object.keys(defaultPorts) as ServerName[];
  const servers = await Promise.all(names.map(async (title) => ({ title, server: await testServer(title) })));
  const found = servers.flatMap(({ title, server }) =>
    server === undefined ? [] : [{ title, createDatabase: () => databaseOn(server, title) }],
  );
  return [sqlite, ...found];
}

const defaultPorts: Readonly<Record<ServerName, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

async function databaseOn(server: TestServer, engine: ServerName): Promise<TestDatabase> {
  const database = await server.createDatabase();
  const { url, cutConnections, close } = await proxyTo(database.url, defaultPorts[engine]);
  const drop = async () => {
    await close();
    await database.drop();
  };
  return { url, drop, cutConnections };
}
