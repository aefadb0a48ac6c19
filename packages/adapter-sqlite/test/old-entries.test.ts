import { goesOnAfterDeletion } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { it } from "vitest";
import { openSqliteStore } from "./sqlite-harness.ts";

it("old entries can be deleted as the guide says: readers before them are told feed_reset, and those after them go on", async () => {
  const { storage, filename, close } = await openSqliteStore();
  const database = new Database(filename);
  await goesOnAfterDeletion(
    { storage: storage as StorageAdapter<never>, run: async (sql) => database.exec(sql) },
    "sqlite",
  );
  database.close();
  await close();
});
