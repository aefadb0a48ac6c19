import { madeUpReleases, type UpgradeStage, upgradeCases } from "@slotwright/adapter-sql/conformance";
import Database from "better-sqlite3";
import { describe, it } from "vitest";
import { adapterOfRelease } from "../src/adapter.ts";
import { initial } from "../src/migrations/0001-initial.ts";
import { freshFile } from "./fresh-folder.ts";

const releases = madeUpReleases(initial, {
  column: `alter table "{prefix}slots" add column note text`,
  table: `create table "{prefix}notes" (slot_id text not null, note text not null) strict`,
  drop: () => "",
});

function stage(): UpgradeStage {
  const filename = freshFile();
  const hand = new Database(filename);
  return {
    open: (version) => adapterOfRelease(releases[version], { filename }),
    setAddedColumn: async (id, value) =>
      void hand.prepare("update slotwright_slots set note = ? where id = ?").run(value, id),
    readAddedColumn: async (id) => {
      const row = hand.prepare("select note from slotwright_slots where id = ?").get(id) as { note: string | null };
      return row.note;
    },
    close: async () => void hand.close(),
  };
}

describe("a made-up version 2", () => {
  for (const { title, run } of upgradeCases) {
    it(title, async () => {
      const on = stage();
      await run(on);
      await on.close();
    });
  }
});
