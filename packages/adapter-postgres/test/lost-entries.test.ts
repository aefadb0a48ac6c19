import { tellsReadersOfLoss } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { type PostgresCluster, startCluster } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { withClient } from "./postgres-harness.ts";

const server = await testServer("postgres");
/** A commit waits for no standby. */
const found = await startCluster("postgres", { settings: { synchronous_standby_names: "" } });
afterAll(() => found?.stop());

const opened: StorageAdapter<never>[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((storage) => storage.close()))));

async function migrated(url: string): Promise<StorageAdapter<never>> {
  const storage = postgresAdapter({ connectionString: url }) as StorageAdapter<never>;
  opened.push(storage);
  await storage.migrate();
  return storage;
}

describe.skipIf(server === undefined)("a restore", () => {
  it("to an earlier state is told to readers who have had what it lacks, and the others go on", async () => {
    const database = await server?.createDatabase();
    if (server === undefined || database === undefined) return;
    const backup = `backup_${process.pid}`;
    const onServer = (sql: string) => withClient(server.url, (client) => client.query(sql));
    const storage = await migrated(database.url);
    await tellsReadersOfLoss({
      storage,
      // A template must have no clients.
      backUp: async () => {
        await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}'`);
        await onServer(`create database ${backup} template ${database.name}`);
      },
      restore: async () => {
        await storage.close();
        return migrated(Object.assign(new URL(database.url), { pathname: `/${backup}` }).href);
      },
    });
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await onServer(`drop database ${backup}`);
    await database.drop();
  });
});

describe.skipIf(found === undefined)("a failover", () => {
  const cluster = found as PostgresCluster;

  it("that has lost the last commits is told to readers who have had them, and the others go on", async () => {
    const { urls } = await cluster.createDatabase();
    const url = () => urls[cluster.primary()] as string;
    const standbys = [1, 2];
    await tellsReadersOfLoss({
      storage: await migrated(url()),
      backUp: async () => {
        for (const standby of standbys) {
          await expect.poll(() => countOn(urls[standby] as string)).toBe(await countOn(url()));
          cluster.cut(standby);
        }
      },
      restore: async () => {
        await cluster.failOver();
        for (const standby of standbys) cluster.heal(standby);
        return migrated(url());
      },
    });
  });
});

/** How many entries the journal has there. A standby may lack the table for a moment. */
async function countOn(url: string): Promise<number> {
  const count = "select count(*)::int as entries from slotwright_journal";
  const answer = await withClient(url, (client) => client.query(count)).catch(() => undefined);
  return answer?.rows[0]?.entries ?? -1;
}
