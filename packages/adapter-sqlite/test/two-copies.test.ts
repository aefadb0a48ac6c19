import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { secondCopyOfCore } from "../../core/test/second-copy.ts";
import { sqliteAdapter } from "../src/index.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

let store: SqliteStore;
beforeEach(async () => {
  store = await openSqliteStore();
});
afterEach(() => store.close());

const wish = {
  actor: { kind: "provider", id: "dr-grey" },
  providerId: "dr-grey",
  facilityId: "north",
  slots: [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }],
};

it("an engine of another copy of the core waits for a busy file", async () => {
  const { createEngine } = await secondCopyOfCore();
  const other = new Database(store.filename, { timeout: 0 });
  other.exec("begin immediate");
  const sleep = async () => {
    if (other.inTransaction) other.exec("rollback");
  };
  const engine = createEngine({ storage: store.storage, clock: { now: () => new Date(), sleep } });
  expect((await engine.createSlots(wish)).slots).toHaveLength(1);
  expect(other.inTransaction).toBe(false);
  other.close();
});

it("an engine of another copy of the core reports that the schema is missing", async () => {
  const { createEngine, isBookingError } = await secondCopyOfCore();
  const storage = sqliteAdapter({ database: new Database(":memory:") });
  const error = await createEngine({ storage })
    .createSlots(wish)
    .catch((thrown: unknown) => thrown);
  expect(isBookingError(error, "schema_outdated")).toBe(true);
});
