import { setTimeout as wait } from "node:timers/promises";
import { type MadeUpVersion, madeUpReleases, publishAlone } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import type { ClusterDatabase } from "@slotwright/test-servers";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, expect, it } from "vitest";
import { adapterOfRelease } from "../../src/adapter.ts";
import { initial as mariadb } from "../../src/migrations/mariadb-0001-initial.ts";
import { initial as mysql } from "../../src/migrations/mysql-0001-initial.ts";
import { currentReleases } from "../../src/migrations.ts";
import type { NodesStage } from "./stage.ts";

const madeUp: MadeUpVersion = {
  column: "alter table `{database}`.`{prefix}slots` add column note varchar(600)",
  table: "create table `{database}`.`{prefix}notes` (slot_id varchar(128) not null, note varchar(600) not null)",
  drop: ({ kind, name }) => `drop ${kind} if exists \`{database}\`.\`{prefix}${name}\``,
};
const releasesOf = { mariadb: madeUpReleases(mariadb, madeUp), mysql: madeUpReleases(mysql, madeUp) };

/** A node that has not applied yet what another has just committed loses, and goes on, as an engine does. */
async function publish(storage: StorageAdapter, number: number): Promise<void> {
  const isPublished = async () =>
    publishAlone(storage, number).then(
      () => true,
      (error: unknown) => {
        if (!isStorageError(error, "transient")) throw error;
        return false;
      },
    );
  while (!(await isPublished())) await wait(20);
}

/** What becomes of a statement that another node forbids at the same moment may not be certain. Then one looks again. */
async function certain<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isStorageError(error, "unknown") || attempt === 10) throw error;
      await wait(20);
    }
  }
}

export function migrationsOnNodes({ kind, createDatabase, whileBehind }: NodesStage): void {
  const made = releasesOf[kind.server];
  const databases: ClusterDatabase[] = [];
  const opened: StorageAdapter[] = [];
  afterAll(async () => {
    await Promise.all(opened.map((storage) => storage.close()));
    for (const database of databases) await database.drop();
  });

  async function emptyDatabase(): Promise<readonly string[]> {
    const database = await createDatabase();
    databases.push(database);
    return database.urls;
  }

  function open(uri: string, release = made.old): StorageAdapter {
    const storage = adapterOfRelease(
      { ...currentReleases, [kind.server]: release },
      { uri },
    ) as unknown as StorageAdapter;
    opened.push(storage);
    return storage;
  }

  async function rowsOn(uri: string, sql: string): Promise<readonly RowDataPacket[]> {
    const connection = await createConnection(uri);
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0];
    } finally {
      await connection.end();
    }
  }

  const objects = `select table_name as name from information_schema.tables where table_schema = database()
    union all select concat(routine_name, sha2(routine_definition, 256)) from information_schema.routines where routine_schema = database()
    union all select concat(trigger_name, sha2(action_statement, 256)) from information_schema.triggers where trigger_schema = database()
    order by 1`;

  it("of two nodes that migrate at once, one does the work and the other finds it done, from nothing and from an older release", async () => {
    for (let run = 0; run < 2; run++) {
      const urls = await emptyDatabase();
      for (const release of [made.old, made.breaking]) {
        const storages = urls.map((url) => open(url, release));
        const reports = await Promise.all(storages.slice(0, 2).map((storage) => storage.migrate()));
        expect(reports.map(({ applied }) => applied.length).sort()).toEqual([0, 1]);
        expect(new Set(reports.map(({ to }) => to))).toEqual(new Set([release.version]));
        for (const [node, storage] of storages.entries()) await publish(storage, 10 * release.version + node);
      }
      const [first, ...others] = await Promise.all(urls.map((url) => rowsOn(url, objects)));
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it("a program of a later release waits until its node has what was migrated on another", async () => {
    const [first = "", second = ""] = await emptyDatabase();
    await open(first).migrate();
    await open(second).load([]);
    await whileBehind(1, async (release) => {
      await open(first, made.next).migrate();
      const asked = [open(second, made.next).load([]), open(second, made.next).migrate()];
      expect(await Promise.race([...asked, wait(300, "waits")])).toBe("waits");
      await release();
      expect(await Promise.all(asked)).toEqual([[], { from: 2, to: 2, applied: [] }]);
    });
  });

  it("a process that was killed while it migrated keeps the others out for a while, and not longer", async () => {
    const urls = await emptyDatabase();
    const [url = ""] = urls;
    await open(url).migrate();
    const name = (until: number) => `'migrating: killed until ${until}'`;
    await rowsOn(url, `update slotwright_migrations set name = ${name(Date.now() + 1_500)} where version = 0`);
    const began = Date.now();
    expect(await open(urls[1] ?? "", made.next).migrate()).toEqual({ from: 1, to: 2, applied: ["made up"] });
    expect(Date.now() - began).toBeGreaterThan(1_000);
  });

  it("another program's table is left alone, also if two nodes try", async () => {
    const urls = await emptyDatabase();
    await rowsOn(urls[0] ?? "", "create table slotwright_schedules (id int primary key)");
    const tried = await Promise.allSettled(urls.slice(0, 2).map((url) => certain(() => open(url).migrate())));
    for (const one of tried) expect(one).toMatchObject({ reason: { failure: "unavailable", message: /tablePrefix/ } });
    expect(await rowsOn(urls[0] ?? "", "show tables")).toHaveLength(1);
  });

  it("another program's table is left alone, also if another node has just made the table of migrations", async () => {
    const [[made = ""], [url = ""]] = [await emptyDatabase(), await emptyDatabase()];
    await open(made).migrate();
    const [created] = await rowsOn(made, "show create table slotwright_migrations");
    await rowsOn(url, created?.["Create Table"]);
    await rowsOn(url, "create table slotwright_schedules (id int primary key)");
    await expect(open(url).migrate()).rejects.toMatchObject({ failure: "unavailable", message: /tablePrefix/ });
    expect(await rowsOn(url, "show tables")).toHaveLength(1);
  });
}
