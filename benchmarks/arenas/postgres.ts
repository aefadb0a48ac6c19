import { postgresAdapter } from "@slotwright/adapter-postgres";
import { PostgresDialect } from "kysely";
import { Client, Pool, type PoolClient, type QueryResult } from "pg";
import { type BookingOutcome, callsDuring, type DriverCall, type FloorDriver } from "../contenders/floor.ts";
import { pgbenchPrograms } from "../contenders/pgbench.ts";
import type { PlainConnection } from "../contenders/plain-application.ts";
import { columns, openSql, plainSql, searchSql } from "../contenders/plain-tables.ts";
import type { Address, ServerParts } from "./server.ts";

export const postgres: ServerParts = {
  engine: "postgres",
  title: "PostgreSQL",
  plainTypes: {
    id: "uuid",
    text: "text",
    instant: "timestamptz",
    serial: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  },
  async connect(connectionString) {
    const client = new Client({ connectionString });
    await client.connect();
    return { query: async (sql) => (await client.query(sql)).rows, close: () => client.end() };
  },
  async durability(query) {
    const names = ["fsync", "synchronous_commit", "full_page_writes", "wal_sync_method"];
    const [settings = {}] = await query(
      `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`,
    );
    const durability = Object.fromEntries(names.map((name) => [name, String(settings[name])]));
    return { durability, isDurable: durability.fsync === "on" && durability.synchronous_commit === "on" };
  },
  connectionLimit: async (query) => Number((await query("SHOW max_connections"))[0]?.max_connections),
  storage(address) {
    const pool = openPool(address);
    return { storage: postgresAdapter({ pool }), close: () => pool.end() };
  },
  plain(address) {
    const pool = openPool(address);
    return {
      lend: async (work) => {
        const client = await pool.connect();
        try {
          return await work(plainConnection(client));
        } finally {
          client.release();
        }
      },
      close: () => pool.end(),
    };
  },
  kysely: (address) => ({
    dialect: new PostgresDialect({ pool: openPool(address) }),
    instant: (time) => time,
    locked: (query) => query.forUpdate(),
  }),
  floor(address) {
    const pool = openPool(address);
    return { driver: floorDriver(pool, address), close: () => pool.end() };
  },
  programs: (server) => pgbenchPrograms(server),
};

function openPool({ url, poolSize }: Address): Pool {
  const pool = new Pool({ connectionString: url, max: poolSize, idleTimeoutMillis: 0 });
  // A pool reports that it has ended while its connections are still closing, and the database is dropped under them.
  // What runs on a lost connection gets an error of its own.
  return pool.on("error", () => {});
}

/** `?, ?` as `$1, $2`. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll("?", () => `$${++number}`);
}

const statements = Object.fromEntries(Object.entries(plainSql).map(([name, sql]) => [name, numbered(sql)]));
const openFrom = numbered(openSql("= ANY (?)", false));
const openUntil = numbered(openSql("= ANY (?)", true));
const search = numbered(searchSql("= ANY (?)"));

function plainConnection(client: PoolClient): PlainConnection {
  return {
    run: async (name, values) => (await client.query({ name, text: statements[name] ?? "", values: [...values] })).rows,
    search: async ({ providerIds, from, to }) =>
      (await client.query({ name: "search", text: search, values: [providerIds, from, to] })).rows,
    findOpen: async ({ providerIds, from, to }) => {
      const [name, text, end] = to === undefined ? ["openFrom", openFrom, []] : ["openUntil", openUntil, [to]];
      return (await client.query({ name, text, values: [providerIds, from, ...end] })).rows;
    },
    insert: (table, rows) => {
      const row = `(${columns[table].map(() => "?").join(", ")})`;
      const places = rows.map(() => row).join(", ");
      const sql = `INSERT INTO ${table} (${columns[table].join(", ")}) VALUES ${places}`;
      return client.query(numbered(sql), rows.flat());
    },
    transact: (command) => client.query(command),
  };
}

type QueryConfig = Parameters<Pool["query"]>[0];

function floorDriver(pool: Pool, { url }: Address): FloorDriver {
  async function send(calls: readonly DriverCall[]): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (const call of calls) answers.push(await pool.query(call as QueryConfig));
    return answers;
  }

  return {
    storage: postgresAdapter({ pool }),
    async record(work) {
      const calls: DriverCall[] = [];
      const single = openPool({ url, poolSize: 1 });
      single.on("connect", (client) => noteCalls(client, calls));
      const made = await callsDuring(work, postgresAdapter({ pool: single }), calls);
      await single.end();
      return made;
    },
    send,
    readsOf: (calls) => calls.length - 1,
    async book(reads, writes) {
      const outcome = outcomeOf(lastRows(await send(writes)));
      if (outcome !== "stale") return outcome;
      return lastRows(await send(reads)).some(({ status }) => status === "available") ? "stale" : "taken";
    },
    count: (answers) => lastRows(answers).length,
  };
}

/** By the answer of the function that commits. */
function outcomeOf([row]: readonly Record<string, unknown>[]): BookingOutcome {
  const { stale, busy, ...refused } = JSON.parse(String(row?.answer ?? "{}")) as {
    readonly stale?: readonly unknown[] | null;
    readonly busy?: readonly unknown[] | null;
  };
  // Busy means that another booking has locked a row. What becomes of it shows when the row is read again.
  if (stale || busy) return "stale";
  if (row?.answer == null) return "booked";
  throw new Error(`The database refused the booking: ${JSON.stringify(refused)}`);
}

function noteCalls(client: PoolClient, calls: DriverCall[]): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  client.query = ((...given: unknown[]) => {
    calls.push(given[0]);
    return query(...given);
  }) as typeof client.query;
}

function lastRows(answers: readonly unknown[]): readonly Record<string, unknown>[] {
  return (answers.at(-1) as QueryResult).rows;
}
