import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import type { StorageAdapter } from "@slotwright/core";
import type { TestServer } from "@slotwright/test-servers";
import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { createConnection } from "mysql2/promise";
import { afterAll, describe, it, onTestFinished } from "vitest";
import { openMemory, openStage, type StageOptions } from "./stage.ts";

/** Opens empty tables, one stage after the other. */
interface Place {
  readonly open: () => Promise<StorageAdapter<never>>;
  readonly drop: () => Promise<void>;
}

const names = ["postgres", "mysql", "mariadb"] as const;
const servers = await Promise.all(names.map((name) => testServer(name)));

export type Open = (options?: StageOptions) => Promise<ReturnType<typeof openStage>>;

/** What a body of tests gets: a stage for one test, or for all of them, which closes it. */
export interface Stages {
  readonly stage: Open;
  readonly openStage: Open;
}

/** Describes the same tests on every database. One that is not available is skipped. */
export function describeOnEachEngine(title: string, body: (stages: Stages) => void): void {
  describe(`sqlite: ${title}`, () => body(stagesOn(openMemory)));
  for (const [index, name] of names.entries()) {
    const server = servers[index];
    describe(`${name}: ${title}`, () => {
      if (server === undefined) return it("is tried", ({ skip }) => skip(noServer(name)));
      let place: Promise<Place> | undefined;
      const placeOn = name === "postgres" ? onPostgres : onMysql;
      body(
        stagesOn(async () => {
          place ??= placeOn(server);
          return (await place).open();
        }),
      );
      afterAll(async () => (await place)?.drop());
    });
  }
}

function stagesOn(open: Place["open"]): Stages {
  const own: Open = async (options) => openStage(await open(), options);
  return {
    openStage: own,
    async stage(options) {
      const staged = await own(options);
      onTestFinished(staged.close);
      return staged;
    },
  };
}

/** A schema for each stage. */
async function onPostgres(server: TestServer): Promise<Place> {
  const { url, drop } = await server.createDatabase();
  let count = 0;
  return {
    async open() {
      const storage = postgresAdapter({ connectionString: url, schema: `stage_${++count}` }) as StorageAdapter<never>;
      await storage.migrate();
      return storage;
    },
    drop,
  };
}

/** Migrating takes a second on these, so the tables of the first stage are emptied for the next one. */
async function onMysql(server: TestServer): Promise<Place> {
  const { url, drop } = await server.createDatabase();
  const storage = mysqlAdapter({ uri: url });
  await storage.migrate();
  await storage.close();
  return {
    async open() {
      await emptyTables(url);
      return mysqlAdapter({ uri: url }) as StorageAdapter<never>;
    },
    drop,
  };
}

const tables = [
  "journal",
  "commands",
  "slots",
  "appointments",
  "further_providers",
  "schedules",
  "settings",
  "relays",
] as const;

/** TRUNCATE fires no triggers. */
async function emptyTables(url: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.query("set foreign_key_checks = 0");
  for (const table of tables) await connection.query(`truncate table slotwright_${table}`);
  await connection.query("update slotwright_feed_partitions set last_seq = 0");
  await connection.end();
}
