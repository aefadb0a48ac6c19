import { everyCall, fillPlanStage } from "@slotwright/adapter-sql/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SqliteDatabase, sqliteAdapter } from "../src/index.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

/** An instruction of a statement, or of a trigger that it fires, in the form of EXPLAIN. */
interface Instruction {
  readonly addr: number;
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
}

describe("on full, analysed tables, of all statements that the driver receives", () => {
  let store: SqliteStore;
  let database: Database.Database;
  const given = new Set<string>();

  beforeAll(async () => {
    store = await openSqliteStore();
    await fillPlanStage(store.storage);
    database = new Database(store.filename);
    database.exec("analyze");
    const storage = sqliteAdapter({ database: noting(database, given) });
    await everyCall({ engine: createEngine({ storage: storage as StorageAdapter<never> }), schedule: 3, run: inTurn });
    const host = noting(database, given);
    host.exec("begin immediate");
    const engine = createEngine({ storage }).within(host);
    await everyCall({ engine: engine as never, schedule: 4, run: inTurn, isWithin: true });
    host.exec("rollback");
  }, 60_000);
  afterAll(async () => {
    database.close();
    await store.close();
  });

  const statements = (kind: RegExp) => [...given].filter((sql) => kind.test(sql));
  const planOf = (sql: string) =>
    database.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...placesIn(sql));

  it("there are some of every kind", () => {
    for (const table of ["schedules", "slots", "appointments", "commands", "journal"]) {
      expect(statements(new RegExp(`^(select|insert)[^]* "slotwright_${table}"`)).length).toBeGreaterThan(0);
    }
    expect(statements(/^select/).length).toBeGreaterThan(40);
    expect(statements(/^update/).length).toBeGreaterThan(2);
  });

  it("no read uses a table without an index, or sorts more than a page of several providers", () => {
    for (const sql of statements(/^select/)) {
      const steps = planOf(sql).map(({ detail }) => detail);
      const scans = steps.filter(
        (step) => /^SCAN/.test(step) && !/USING (COVERING )?INDEX|VIRTUAL TABLE|migrations|\(subquery-\d+\)/.test(step),
      );
      expect(scans, sql).toEqual([]);
      expect(steps.join(), sql).not.toMatch(/AUTOMATIC/);
      // For several providers, or shared appointments, as many rows are sorted as the page has. Another test counts
      // them.
      if (!/provider_id in|further_providers/.test(sql)) expect(steps.join(), sql).not.toMatch(/TEMP B-TREE/);
      // A whole index is read only in its order, and so only as far as the page.
      if (steps.some((step) => /^SCAN.*USING/.test(step) && !/VIRTUAL/.test(step))) expect(sql).toMatch(/limit \?$/);
    }
  });

  it("no write, and no guard that it fires, begins at the first row of a table or an index", () => {
    const writes = statements(/^(insert|update|delete)/).filter((sql) => !sql.includes("migrations"));
    for (const sql of writes) expect(wholeLooks(database, sql), sql).toEqual([]);
    expect(
      programsOf(database, writes.find((sql) => /^insert into "slotwright_slots"/.test(sql)) ?? "").length,
    ).toBeGreaterThan(3);
  });

  it("a write that read all rows would be found", () => {
    const all = "update slotwright_slots set seat = 7 where metadata = 'x'";
    expect(wholeLooks(database, all)).toEqual(["slotwright_slots"]);
  });
});

const inTurn = <Result>(_title: string, call: () => Promise<Result>): Promise<Result> => call();

const placesIn = (sql: string): readonly null[] => Array(sql.match(/\?/g)?.length ?? 0).fill(null);

/** The same database, which records what is prepared and executed on it. */
function noting(database: Database.Database, given: Set<string>): SqliteDatabase {
  return new Proxy(database, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "prepare" || name === "exec") given.add(String(args[0]));
        return Reflect.apply(value, target, args);
      };
    },
  }) as unknown as SqliteDatabase;
}

/** The instructions of a statement, and of each trigger: their addresses start anew. */
function programsOf(database: Database.Database, sql: string): readonly (readonly Instruction[])[] {
  const programs: Instruction[][] = [];
  for (const instruction of database.prepare<unknown[], Instruction>(`explain ${sql}`).all(...placesIn(sql))) {
    if (instruction.addr === 0) programs.push([]);
    programs.at(-1)?.push(instruction);
  }
  return programs;
}

/** The tables and indexes that a statement, or one of its triggers, reads from their first row, or from their last. */
function wholeLooks(database: Database.Database, sql: string): readonly string[] {
  const pages = database
    .prepare<[], { name: string; rootpage: number }>("select name, rootpage from sqlite_schema")
    .all();
  const names = new Map(pages.map(({ name, rootpage }) => [rootpage, name]));
  return programsOf(database, sql).flatMap((program) => {
    const opened = new Map(
      program
        .filter(({ opcode, p3 }) => /^Open(Read|Write)$/.test(opcode) && p3 === 0)
        .map(({ p1, p2 }) => [p1, names.get(p2) ?? `page ${p2}`]),
    );
    const skipped = skippedIn(program);
    const whole = program.filter(
      ({ opcode, p1, addr }) => /^(Rewind|Last|Sort)$/.test(opcode) && opened.has(p1) && !skipped(addr),
    );
    return whole.map(({ p1 }) => opened.get(p1) as string);
  });
}

/** What is done only while a row refers to a missing one. Ours are written in an order in which this never happens. */
function skippedIn(program: readonly Instruction[]): (addr: number) => boolean {
  const jumps = program.filter(({ opcode }) => opcode === "FkIfZero");
  return (addr) => jumps.some((jump) => jump.addr < addr && addr < jump.p2);
}
