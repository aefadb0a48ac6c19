import { madeUpReleases, type UpgradeStage, upgradeCases } from "@slotwright/adapter-sql/conformance";
import type { TestServer } from "@slotwright/test-servers";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { it } from "vitest";
import { adapterOfRelease } from "../src/adapter.ts";
import { initial as onMariadb } from "../src/migrations/mariadb-0001-initial.ts";
import { initial as onMysql } from "../src/migrations/mysql-0001-initial.ts";
import { describeOnEachServer } from "./each-server.ts";

const madeUp = {
  column: "alter table `{database}`.`{prefix}slots` add column note varchar(600)",
  table: "create table `{database}`.`{prefix}notes` (slot_id varchar(128) not null, note varchar(600) not null)",
  drop: ({ kind, name }: { readonly kind: string; readonly name: string }) =>
    `drop ${kind} if exists \`{database}\`.\`{prefix}${name}\``,
};
const mysql = madeUpReleases(onMysql, madeUp);
const mariadb = madeUpReleases(onMariadb, madeUp);

async function stage(server: TestServer): Promise<UpgradeStage> {
  const { url, drop } = await server.createDatabase();
  const pool = createPool(url);
  return {
    open: (version) => adapterOfRelease({ mysql: mysql[version], mariadb: mariadb[version] }, { pool }),
    setAddedColumn: async (id, value) =>
      void (await pool.query("update slotwright_slots set note = ? where id = ?", [value, id])),
    readAddedColumn: async (id) => {
      const [rows] = await pool.query<RowDataPacket[]>("select note from slotwright_slots where id = ?", [id]);
      return rows[0]?.note;
    },
    close: async () => {
      await pool.end();
      await drop();
    },
  };
}

describeOnEachServer("a made-up version 2", (server) => {
  for (const { title, run } of upgradeCases) {
    it(title, async () => {
      const on = await stage(server);
      await run(on);
      await on.close();
    });
  }
});
