import { contractCalls, migrateInProcesses } from "@slotwright/adapter-sql/conformance";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { migrationSql, sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const applied = { from: 0, to: 1, applied: ["initial"] };
const nothing = { from: 1, to: 1, applied: [] };

function withFile<T>(filename: string, work: (database: Database.Database) => T): T {
  const database = new Database(filename);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const schemaOf = (filename: string) =>
  withFile(filename, (database) =>
    database.prepare("select type, name, tbl_name, sql from sqlite_schema order by type, name").all(),
  );

describe("migrate", () => {
  it("creates the tables once, and finds nothing to do when it runs again", async () => {
    const storage = sqliteAdapter({ filename: freshFile() });
    expect(await storage.migrate()).toEqual(applied);
    expect(await storage.migrate()).toEqual(nothing);
    await storage.close();
  });

  it("may run in many processes at the same time: one of them applies, and none fails", async () => {
    const options = Array(8).fill({ filename: freshFile() });
    const reports = await migrateInProcesses(new URL("storage-process.ts", import.meta.url), options);
    expect(reports.filter(({ from }) => from === 0)).toEqual([applied]);
    expect(reports.filter(({ from }) => from === 1)).toEqual(Array(7).fill(nothing));
  }, 30_000);

  it("waits without blocking while another connection writes", async () => {
    const filename = freshFile();
    const other = new Database(filename);
    other.exec("pragma journal_mode = wal; begin immediate");
    const storage = sqliteAdapter({ filename });
    const migrated = storage.migrate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    other.exec("commit");
    other.close();
    expect(await migrated).toEqual(applied);
    await storage.close();
  });

  it("puts back each trigger and index that is gone, and reports it", async () => {
    const filename = freshFile();
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    const before = schemaOf(filename) as readonly { readonly type: string; readonly name: string }[];
    const others = before.filter(({ type, name }) => type !== "table" && !name.startsWith("sqlite_"));
    expect(others.length).toBeGreaterThan(20);
    for (const { type, name } of others) {
      withFile(filename, (database) => database.exec(`drop ${type} ${name}`));
      expect(await storage.migrate()).toEqual({ from: 1, to: 1, applied: [`put back: ${type} ${name}`] });
      expect(schemaOf(filename), name).toEqual(before);
    }
    expect(await storage.migrate()).toEqual(nothing);
    await storage.close();
  });

  it("changes nothing if something else has the name of what is gone, and reports it", async () => {
    const filename = freshFile();
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    withFile(filename, (database) =>
      database.exec(`drop trigger slotwright_slots_kept; drop index slotwright_slots_by_seat;
        create table slotwright_slots_by_seat (mine int)`),
    );
    const before = schemaOf(filename);
    await expect(storage.migrate()).rejects.toMatchObject({
      failure: "unavailable",
      message: expect.stringMatching(/lacks the index slotwright_slots_by_seat.*could not be put back/),
    });
    expect(schemaOf(filename)).toEqual(before);
    await storage.close();
  });

  it("is refused on a database with a newer version, like every other call", async () => {
    const filename = freshFile();
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    withFile(filename, (database) => database.exec("insert into slotwright_migrations values (2, 'later', 2)"));
    await expect(storage.migrate()).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(storage.load([{ kind: "slot", id: "x" }])).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(storage.commit([])).rejects.toMatchObject({ failure: "schema_too_new" });
    await storage.close();
  });

  it("by a newer version is noticed by a process that is already running", async () => {
    const filename = freshFile();
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    await storage.load([{ kind: "slot", id: "s" }]);
    withFile(filename, (database) => database.exec("insert into slotwright_migrations values (99, 'of tomorrow', 99)"));
    await expect(storage.load([{ kind: "slot", id: "s" }])).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(storage.commit([])).rejects.toMatchObject({ failure: "schema_too_new" });
    await storage.close();
  });

  it("is requested by every call on a database that was not migrated", async () => {
    const storage = sqliteAdapter({ filename: freshFile() });
    const outdated = {
      name: "StorageError",
      failure: "schema_outdated",
      message: expect.stringContaining("migrate()"),
    };
    for (const call of contractCalls) await expect(call(storage)).rejects.toMatchObject(outdated);
    await storage.migrate();
    expect(await storage.findSlots({ asOf: new Date(), limit: 1 })).toEqual([]);
    await storage.close();
  });

  it("is requested by a database whose migrations are older than the code", async () => {
    const filename = freshFile();
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    withFile(filename, (database) => database.exec("delete from slotwright_migrations"));
    await expect(storage.commit([])).rejects.toMatchObject({ failure: "schema_outdated" });
    await storage.close();
  });

  it("leaves nothing behind when it fails halfway", async () => {
    const filename = freshFile();
    withFile(filename, (database) => database.exec("create table slotwright_journal (mine)"));
    const before = schemaOf(filename);
    const storage = sqliteAdapter({ filename });
    await expect(storage.migrate()).rejects.toMatchObject({ name: "StorageError", failure: "unavailable" });
    expect(schemaOf(filename)).toEqual(before);
    await storage.close();
  });

  it("yields the schema that the printed SQL yields", async () => {
    const [byAdapter, byHand] = [freshFile(), freshFile()];
    const storage = sqliteAdapter({ filename: byAdapter, tablePrefix: "booking_" });
    await storage.migrate();
    await storage.close();
    withFile(byHand, (database) => database.exec(migrationSql({ tablePrefix: "booking_" })));
    expect(schemaOf(byHand)).toEqual(schemaOf(byAdapter));
    expect(schemaOf(byHand)).toHaveLength(50);
    const onTop = sqliteAdapter({ filename: byHand, tablePrefix: "booking_" });
    expect(await onTop.migrate()).toEqual(nothing);
    await onTop.close();
  });

  it("prints that there is nothing to do for a database that is up to date", () => {
    expect(migrationSql({ from: 1 })).not.toContain("trigger");
  });
});
