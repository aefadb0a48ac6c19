import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { booking, creation, journalOf, slotAt } from "@slotwright/conformance";
import { StorageError, type StorageFailure } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { toStorageError } from "../src/errors.ts";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const slot = slotAt(0);

async function migrated(): Promise<string> {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  await storage.commit([creation(slot)]);
  await storage.close();
  return filename;
}

/** What every call must reject with: the contract's own error, which names the file and keeps its cause. */
async function failure(call: Promise<unknown>, filename: string): Promise<StorageFailure | undefined> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  expect((error as StorageError).message).toContain(filename);
  return (error as StorageError).failure;
}

const load = (filename: string) => {
  const storage = sqliteAdapter({ filename });
  return failure(storage.load([{ kind: "slot", id: slot.id }]), filename);
};

describe("a file that cannot be used is reported by the first call, never by the factory:", () => {
  it("a file that is not a database", async () => {
    const filename = freshFile();
    writeFileSync(filename, "Dear diary, ".repeat(1_000));
    expect(await load(filename)).toBe("unavailable");
  });

  it("a file that is damaged", async () => {
    const filename = await migrated();
    const database = new Database(filename);
    database.pragma("journal_mode = delete");
    const pages = database.pragma("page_count", { simple: true }) as number;
    database.close();
    const damaged = Buffer.alloc((pages - 1) * 4096, 0x5a);
    const { openSync, writeSync, closeSync } = await import("node:fs");
    const file = openSync(filename, "r+");
    writeSync(file, damaged, 0, damaged.length, 4096);
    closeSync(file);
    expect(await load(filename)).toBe("unavailable");
  });

  it("a path that is a directory", async () => {
    const filename = freshFile();
    mkdirSync(filename);
    expect(await load(filename)).toBe("unavailable");
  });

  it("a path in a directory that does not exist", async () => {
    expect(await load(`${dirname(freshFile())}/missing/bookings.sqlite`)).toBe("unavailable");
  });

  it.each([{ filename: "" }, {}, { filename: undefined }])("no name at all: %j", async (options) => {
    const storage = sqliteAdapter(options as never);
    await expect(storage.migrate()).rejects.toMatchObject({
      failure: "misused",
      message: expect.stringContaining("neither a database nor a filename"),
    });
  });

  it("a prefix that is not a valid name", async () => {
    const storage = sqliteAdapter({ filename: freshFile(), tablePrefix: 'a"; drop' });
    await expect(storage.load([])).rejects.toMatchObject({ failure: "misused" });
    await expect(storage.migrate()).rejects.toMatchObject({ failure: "misused" });
  });
});

describe("a database that fails later", () => {
  it("is transient while another connection writes, and works when that has ended", async () => {
    const filename = await migrated();
    const other = new Database(filename);
    const storage = sqliteAdapter({ filename });
    other.exec("begin immediate");
    const started = performance.now();
    expect(await failure(storage.commit([booking(slot)]), filename)).toBe("transient");
    expect(performance.now() - started).toBeLessThan(500);
    expect(await storage.load([{ kind: "slot", id: slot.id }])).toEqual([slot]);
    other.exec("commit");
    other.close();
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await storage.close();
  });

  it("is transient while a reader blocks a commit to the file, without a write-ahead log", async () => {
    const filename = await migrated();
    const database = new Database(filename, { timeout: 0 });
    database.pragma("journal_mode = delete");
    const storage = sqliteAdapter({ database });
    await storage.load([]);
    const reader = new Database(filename);
    reader.exec("begin");
    reader.prepare("select * from slotwright_slots").all();
    expect(await failure(storage.commit([booking(slot)]), filename)).toBe("transient");
    expect(database.inTransaction).toBe(false);
    reader.exec("commit");
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    reader.close();
    database.close();
  });

  it("is read_only if the connection is, and still answers reads", async () => {
    const filename = await migrated();
    const readonly = new Database(filename, { readonly: true });
    const storage = sqliteAdapter({ database: readonly });
    expect(await storage.load([{ kind: "slot", id: slot.id }])).toEqual([slot]);
    expect(await failure(storage.commit([booking(slot)]), filename)).toBe("read_only");
    readonly.close();
    const queryOnly = new Database(filename);
    queryOnly.pragma("query_only = on");
    expect(await failure(sqliteAdapter({ database: queryOnly }).commit([booking(slot)]), filename)).toBe("read_only");
    expect(queryOnly.inTransaction).toBe(false);
    queryOnly.close();
  });

  it("is unavailable when the disk is full, and has stored nothing of the batch", async () => {
    const filename = await migrated();
    const database = new Database(filename);
    const storage = sqliteAdapter({ database });
    const pages = database.pragma("page_count", { simple: true }) as number;
    database.pragma(`max_page_count = ${pages + 2}`);
    const big = { ...booking(slot, { metadata: { text: "x".repeat(16_000) } }) };
    expect(await failure(storage.commit([big]), filename)).toBe("unavailable");
    expect(database.inTransaction).toBe(false);
    database.pragma("max_page_count = 1000000");
    expect(await storage.load([{ kind: "slot", id: slot.id }, ...big.put])).toEqual([slot, undefined, slot]);
    expect(await storage.commit([big])).toEqual([{ status: "committed" }]);
    database.close();
  });

  it("is misused after it was closed", async () => {
    const filename = await migrated();
    const storage = sqliteAdapter({ filename });
    await storage.load([]);
    await storage.close();
    expect(await failure(storage.load([]), "adapter is closed")).toBe("misused");
    await expect(storage.begin()).rejects.toMatchObject({ failure: "misused" });
    const database = new Database(filename);
    const onHost = sqliteAdapter({ database });
    await onHost.load([]);
    database.close();
    expect(await failure(onHost.commit([booking(slot)]), "program closed the connection")).toBe("misused");
    expect(await failure(onHost.within(database).commit([booking(slot)]), "BEGIN IMMEDIATE")).toBe("misused");
    await expect(onHost.begin()).rejects.toMatchObject({ failure: "misused" });
  });

  it("is outdated when a table is gone", async () => {
    const filename = await migrated();
    const storage = sqliteAdapter({ filename });
    await storage.load([]);
    const other = new Database(filename);
    other.exec("drop table slotwright_journal");
    other.close();
    expect(await failure(journalOf(storage, { record: { kind: "slot", id: "x" }, limit: 1 }), filename)).toBe(
      "schema_outdated",
    );
    await storage.close();
  });
});

describe("an error of COMMIT itself", () => {
  const during = (code: string) =>
    toStorageError(Object.assign(new Error("failed"), { code }), { databaseName: "f", during: "commit" }).failure;

  it("is unknown if the log may have received the commit all the same", () => {
    expect(during("SQLITE_IOERR_FSYNC")).toBe("unknown");
    expect(during("SQLITE_IOERR_WRITE")).toBe("unknown");
  });

  it("is certain if it came before the end of the write", () => {
    expect(during("SQLITE_BUSY")).toBe("transient");
    expect(during("SQLITE_FULL")).toBe("unavailable");
    expect(during("SQLITE_READONLY_DBMOVED")).toBe("read_only");
  });
});
