import { readFileSync } from "node:fs";
import { publishAlone, tellsReadersOfLoss } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { dumpPrograms, type TestDatabase } from "@slotwright/test-servers";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";

const programs = { mysql: await dumpPrograms("mysql"), mariadb: await dumpPrograms("mariadb") };
const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

/** The options by which the guide dumps a database of this engine. */
function optionsInGuide(engine: keyof typeof programs): readonly string[] {
  const program = { mysql: "mysqldump", mariadb: "mariadb-dump" }[engine];
  const [, command = ""] = new RegExp(`^${program} (.*) >`, "m").exec(guide) ?? [];
  return command.split(" ").filter((word) => word.startsWith("--"));
}

describeOnEachServer("a restore", (server, engine) => {
  const opened: StorageAdapter<never>[] = [];
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((storage) => storage.close()));
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });

  async function emptyDatabase(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    databases.push(database);
    return database;
  }

  async function migrated(url: string, options: { database?: string } = {}): Promise<StorageAdapter<never>> {
    const storage = mysqlAdapter({ uri: url, ...options }) as StorageAdapter<never>;
    opened.push(storage);
    await storage.migrate();
    return storage;
  }

  it.skipIf(programs[engine] === undefined)(
    "of a dump that was made as the guide says is told to readers who have had what it lacks, and the others go on",
    async () => {
      const source = await emptyDatabase();
      let dump = "";
      await tellsReadersOfLoss({
        storage: await migrated(source.url),
        backUp: async () => {
          dump = (await programs[engine]?.dump(source.url, optionsInGuide(engine))) ?? "";
        },
        restore: async () => {
          const target = await emptyDatabase();
          await programs[engine]?.restore(target.url, dump);
          return migrated(target.url);
        },
      });
    },
  );

  it.skipIf(programs[engine] === undefined)(
    "of a database that the option names, as one of another name, writes to that one alone",
    async () => {
      const [source, target] = [await emptyDatabase(), await emptyDatabase()];
      await publishAlone(await migrated(server.url, { database: source.name }), 0);
      const options = { mysql: optionsInGuide(engine), mariadb: ["--skip-triggers"] }[engine];
      await programs[engine]?.restore(target.url, (await programs[engine]?.dump(source.url, options)) ?? "");
      const restored = await migrated(server.url, { database: target.name });
      await publishAlone(restored, 1);
      await publishAlone(restored, 2);
      const counted = await Promise.all([source, target].map(({ url }) => countIn(url)));
      expect(counted).toEqual([1, 3]);
    },
  );
});

/** How many entries the journal has there. */
async function countIn(url: string): Promise<number> {
  const connection = await createConnection(url);
  const [[row]] = await connection.query<RowDataPacket[]>("select count(*) as entries from slotwright_journal");
  await connection.end();
  return row?.entries;
}
