import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type SqliteDatabase, type SqliteStatement, sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { SqliteDialect } from "kysely";
import type { Audience } from "../contenders/audience.ts";
import type { ContenderName } from "../contenders/contender.ts";
import type { ListeningPost } from "../contenders/elsewhere.ts";
import { callsDuring, type DriverCall, type FloorDriver, floor, floorWorkloads } from "../contenders/floor.ts";
import { type InProcess, inProcess, type Query } from "../contenders/in-process.ts";
import { lockRowByKysely } from "../contenders/kysely.ts";
import { checkThenInsertOnSqlite, lockRowOnSqlite, pollingOnSqlite } from "../contenders/plain-sqlite.ts";
import { plainTables, plainTally } from "../contenders/plain-tables.ts";
import {
  policiesWorkloads,
  type Slotwright,
  slotwright,
  slotwrightTally,
  slotwrightUnseen,
  slotwrightWithPolicies,
  unseenWorkloads,
} from "../contenders/slotwright.ts";
import type { Arena, Conditions, Contest, EngineFacts, OpenAudience } from "./arena.ts";

/** Contenders on files, each on a file of its own. */
export async function sqliteArena(): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), "slotwright-bench-"));
  let number = 0;
  return {
    facts: factsOf(join(folder, "facts.sqlite")),
    url: undefined,
    notes: [],
    open: (conditions) => openContest(conditions, () => join(folder, `${++number}.sqlite`)),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Linux's number for its file system in memory, where syncing costs nothing and keeps nothing. */
const tmpfs = 0x01021994;

function factsOf(filename: string): EngineFacts {
  const database = openDatabase(filename);
  const read = (name: string) => String(database.pragma(name, { simple: true }));
  const isInMemory = statfsSync(dirname(filename)).type === tmpfs;
  const synchronous = Number(read("synchronous"));
  const version = database.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "";
  const facts: EngineFacts = {
    engine: "sqlite",
    title: "SQLite",
    version,
    origin: "better-sqlite3",
    durability: {
      journal_mode: read("journal_mode"),
      synchronous: synchronous === 2 ? "full" : String(synchronous),
      storage: isInMemory ? "memory" : "disk",
    },
    isDurable: synchronous >= 2 && !isInMemory,
    poolLimit: 1,
  };
  database.close();
  return facts;
}

/** Opened like an application that wants acknowledged writes to survive a power cut. */
function openDatabase(filename: string): Database.Database {
  const database = new Database(filename, { timeout: 0 });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  return database;
}

interface Opened extends Omit<InProcess, "name" | "following"> {
  readonly audience?: Audience;
}

type Opening = (database: Database.Database) => Promise<Opened>;

const openings: Readonly<Partial<Record<ContenderName, Opening>>> = {
  slotwright: (database) => openSlotwright(database, slotwright),
  "slotwright-unseen": async (database) => ({
    ...(await openSlotwright(database, slotwrightUnseen)),
    workloads: unseenWorkloads,
  }),
  "slotwright-policies": async (database) => ({
    ...(await openSlotwright(database, slotwrightWithPolicies)),
    workloads: policiesWorkloads,
  }),
  "lock-row": async (database) => {
    layOutPlain(database);
    const [application, audience] = [lockRowOnSqlite(database), pollingOnSqlite(database)];
    return { application, audience, tallySql: plainTally, close: async () => {} };
  },
  "lock-row-kysely": async (database) => {
    layOutPlain(database);
    const dialect = new SqliteDialect({ database });
    const application = lockRowByKysely({ dialect, instant: (time) => time.getTime(), locked: (query) => query });
    return { application, tallySql: plainTally, close: async () => {} };
  },
  "check-then-insert": async (database) => {
    layOutPlain(database);
    const application = checkThenInsertOnSqlite(database);
    return { application, workloads: ["own-slots", "hot-slot"], tallySql: plainTally, close: async () => {} };
  },
  floor: async (database) => {
    const driver = floorDriver(database);
    await driver.storage.migrate();
    const application = await floor(driver);
    return { application, workloads: floorWorkloads, tallySql: slotwrightTally, close: () => driver.storage.close() };
  },
};

async function openSlotwright(
  database: Database.Database,
  applicationOn: (storage: StorageAdapter<never>) => Slotwright,
): Promise<Opened> {
  const storage = sqliteAdapter({ database });
  await storage.migrate();
  const application = applicationOn(storage);
  const close = async () => {
    application.close();
    await storage.close();
  };
  return { application, audience: application.audience, tallySql: slotwrightTally, close };
}

/** Readers in a process of their own. */
export function audienceOnFile({ contender, address }: ListeningPost): OpenAudience {
  const database = openDatabase(address);
  const isOurs = contender === "slotwright";
  const audience = isOurs ? slotwright(sqliteAdapter({ database })).audience : pollingOnSqlite(database);
  return { audience, close: async () => void database.close() };
}

function layOutPlain(database: Database.Database): void {
  const types = { id: "TEXT", text: "TEXT", instant: "INTEGER", serial: "INTEGER PRIMARY KEY" };
  for (const statement of plainTables(types)) database.exec(statement);
}

async function openContest({ names, scale }: Conditions, nextFile: () => string): Promise<Contest> {
  const opened = await Promise.all(
    (Object.entries(openings) as [ContenderName, Opening][])
      .filter(([name]) => names.includes(name))
      .map(async ([name, open]) => {
        const database = openDatabase(nextFile());
        const { close, audience, ...of } = await open(database);
        const post: ListeningPost = { engine: "sqlite", contender: name, address: database.name };
        const following = audience && { audience, post };
        const query: Query = async (sql) => database.prepare<[], Record<string, unknown>>(sql).all();
        return inProcess({ ...of, name, following, close: () => closeFile(database, close) }, query, scale);
      }),
  );
  return {
    contenders: opened,
    close: async () => {
      for (const { close } of opened) await close();
    },
  };
}

async function closeFile(database: Database.Database, close: () => Promise<void>): Promise<void> {
  await close();
  database.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(`${database.name}${end}`, { force: true });
}

interface SqliteCall {
  readonly sql: string;
  readonly method: "run" | "get" | "all";
  readonly parameters: readonly unknown[];
}

function floorDriver(database: Database.Database): FloorDriver {
  const statements = new Map<string, Database.Statement<unknown[]>>();

  function prepared(sql: string): Database.Statement<unknown[]> {
    const known = statements.get(sql) ?? database.prepare<unknown[]>(sql);
    statements.set(sql, known);
    return known;
  }

  function send(call: DriverCall): unknown {
    const { sql, method, parameters } = call as SqliteCall;
    return prepared(sql)[method](...parameters);
  }

  return {
    storage: sqliteAdapter({ database }),
    record(work) {
      const calls: DriverCall[] = [];
      return callsDuring(work, sqliteAdapter({ database: noting(database, calls) }), calls);
    },
    send: async (calls) => calls.map(send),
    readsOf: (calls) => calls.findIndex((call) => (call as SqliteCall).sql.startsWith("begin immediate")),
    // All at once, because nothing else may run on the connection before the COMMIT.
    book: async (reads, writes) => {
      const isFree = reads.flatMap(send).some((row) => (row as { readonly status?: string })?.status === "available");
      if (!isFree) return "taken";
      writes.forEach(send);
      return "booked";
    },
    count: (answers) => (answers.at(-1) as readonly unknown[]).length,
  };
}

/** The same database, which records what its statements receive. */
function noting(database: Database.Database, calls: DriverCall[]): SqliteDatabase {
  const noted = (sql: string): SqliteStatement => {
    const statement = database.prepare<unknown[]>(sql);
    const note =
      <Method extends SqliteCall["method"]>(method: Method) =>
      (...parameters: unknown[]) => {
        calls.push({ sql, method, parameters });
        return statement[method](...parameters) as never;
      };
    return { run: note("run"), get: note("get"), all: note("all"), safeIntegers: (on) => statement.safeIntegers(on) };
  };
  return new Proxy(database, {
    get(target, name) {
      if (name === "prepare") return noted;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as unknown as SqliteDatabase;
}
