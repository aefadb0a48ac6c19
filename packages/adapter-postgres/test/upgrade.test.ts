import { madeUpReleases, type UpgradeStage, upgradeCases } from "@slotwright/adapter-sql/conformance";
import { Pool } from "pg";
import { it } from "vitest";
import { adapterOfRelease } from "../src/adapter.ts";
import { initial } from "../src/migrations/0001-initial.ts";
import { describeOnServer } from "./on-server.ts";

const releases = madeUpReleases(initial, {
  column: `alter table "{schema}"."{prefix}slots" add column note text collate "C"`,
  table: `create table "{schema}"."{prefix}notes" (slot_id text collate "C" not null, note text not null)`,
  drop: ({ kind, name }) => `drop ${kind} "{schema}"."{prefix}${name}"`,
});

let stages = 0;

function stage(url: string): UpgradeStage {
  stages += 1;
  const schema = `upgrade_${process.pid}_${stages}`;
  const pool = new Pool({ connectionString: url });
  return {
    open: (version) => adapterOfRelease(releases[version], { pool, schema }),
    setAddedColumn: async (id, value) =>
      void (await pool.query(`update ${schema}.slotwright_slots set note = $1 where id = $2`, [value, id])),
    readAddedColumn: async (id) =>
      (await pool.query(`select note from ${schema}.slotwright_slots where id = $1`, [id])).rows[0]?.note,
    close: async () => {
      await pool.query(`drop schema ${schema} cascade`);
      await pool.end();
    },
  };
}

describeOnServer("a made-up version 2", (url) => {
  for (const { title, run } of upgradeCases) {
    it(title, async () => {
      const on = stage(url());
      await run(on);
      await on.close();
    });
  }
});
