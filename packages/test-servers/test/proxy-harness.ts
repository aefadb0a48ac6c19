import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ServerName, TestDatabase } from "../src/index.ts";
import { type FaultProxy, startProxy } from "../src/proxy/index.ts";
import { noServer, testServer } from "../src/vitest/test-server.ts";
import { connectClient, type Rows, type TestClient } from "./proxy-client.ts";

const engines = ["postgres", "mysql", "mariadb"] as const;
const servers = await Promise.all(engines.map(testServer));

/** A fresh proxy for each test, in front of a database with an empty table `things (id, note)`. */
export interface ProxyContext {
  readonly engine: ServerName;
  proxy(): FaultProxy;
  /** The database's URL through the proxy. */
  url(): string;
  /** Another client through the proxy. It is destroyed after the test. */
  connect(url?: string): Promise<TestClient>;
  /** Runs statements without the proxy, all over one connection, one after another. */
  direct(sql: string): Promise<Rows>;
  directUrl(): string;
  /** Ids in the table, as other connections see them. */
  ids(): Promise<readonly unknown[]>;
  /** How many connections from the proxy the server has. */
  serverConnections(): Promise<number>;
}

export function describeEachEngine(
  title: string,
  body: (context: ProxyContext) => void,
  chosen: readonly ServerName[] = engines,
): void {
  for (const [index, engine] of engines.entries()) {
    if (!chosen.includes(engine)) continue;
    const server = servers[index];
    describe(`${engine}: ${title}`, () => {
      if (server === undefined) return it("is tried", ({ skip }) => skip(noServer(engine)));
      let database: TestDatabase;
      let proxy: FaultProxy;
      let observer: TestClient;
      const clients: TestClient[] = [];
      const direct = (sql: string) => observer.query(sql);
      const url = () => proxy.url(database.url);

      beforeAll(async () => {
        database = await server.createDatabase();
        observer = await connectClient(engine, database.url);
        await direct("create table things (id int primary key, note text)");
        if (engine !== "postgres") await direct("alter table things modify note longtext");
      });
      beforeEach(async () => {
        proxy = await startProxy({ engine, url: database.url });
      });
      afterEach(async () => {
        for (const client of clients.splice(0)) client.destroy();
        await proxy.close();
        expect(proxy.connections()).toBe(0);
        await eventually(async () => expect(await serverConnections(engine, direct)).toBe(0));
        await direct("delete from things");
      });
      afterAll(async () => {
        await observer.end();
        await database.drop();
      });

      body({
        engine,
        direct,
        url,
        directUrl: () => database.url,
        proxy: () => proxy,
        connect: async (at = url()) => {
          const client = await connectClient(engine, at);
          clients.push(client);
          return client;
        },
        ids: async () => (await direct("select id from things order by id")).map(({ id }) => id),
        serverConnections: () => serverConnections(engine, direct),
      });
    });
  }
}

/** A server may list a connection for a while after its client has closed it, so the checks use one that stays open. */
async function serverConnections(engine: ServerName, direct: (sql: string) => Promise<Rows>): Promise<number> {
  const [row] = await direct(
    engine === "postgres"
      ? "select count(*)::int as others from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
      : "select count(*) as others from information_schema.processlist where db = database() and id <> connection_id()",
  );
  return Number(row?.others);
}

/** Repeats a check until it holds, for what others see a little later. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(20)) {
    const failed = await check().then(
      () => false,
      () => true,
    );
    if (!failed) return;
  }
  await check();
}

/** The error that a call ends with, `"answered"`, or `"silent"` if it does not end in time. */
export function outcome(call: Promise<unknown>, milliseconds = 10_000): Promise<unknown> {
  const ended = call.then(
    () => "answered",
    (error: unknown) => error,
  );
  return Promise.race([ended, wait(milliseconds, "silent", { ref: false })]);
}
