import { createEngine, isBookingError } from "@slotwright/core";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { describe, expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { openSqliteStore } from "./sqlite-harness.ts";

describe("what is passed to within() by mistake", () => {
  it("is named in the message of an error that is not transient, along with what to pass instead", async () => {
    const store = await openSqliteStore();
    const engine = createEngine({ storage: store.storage });
    const says = async (given: unknown) => {
      const error = await engine
        .within(given as never)
        .getSlot("s")
        .catch((thrown: unknown) => thrown);
      if (!isBookingError(error, "storage_misused")) throw error;
      expect(error).toMatchObject({ transient: false, status: 500, cause: { failure: "misused" } });
      expect(error.message).toMatch(/BEGIN IMMEDIATE.*engine\.transaction\(\)/);
      expect(error.message).not.toContain(store.filename);
      return /given (.*?)(,| on which)/.exec(error.message)?.[1];
    };
    expect(await says(undefined)).toBe("undefined");
    const database = new Database(store.filename);
    expect(await says(database)).toBe("a connection");
    database.exec("begin immediate");
    database.exec("rollback");
    expect(await says(database)).toBe("a connection");
    const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
    await kysely.transaction().execute(async (trx) => expect(await says(trx)).toBe("a transaction of Kysely"));
    await kysely.destroy();
    expect(await says(database)).toBe("a connection");
    await store.close();
  });

  it("tables that were never migrated are reported as missing, along with how to create them", async () => {
    const storage = sqliteAdapter({ filename: ":memory:" });
    const engine = createEngine({ storage });
    const calls = [() => engine.getSlot("s"), () => engine.transaction(({ engine }) => engine.getSlot("s"))];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: "schema_outdated",
        transient: false,
        message: expect.stringMatching(/tables are missing.*storage\.migrate\(\)/),
      });
    }
    await storage.close();
  });
});
