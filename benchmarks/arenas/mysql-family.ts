import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { MysqlDialect } from "kysely";
import { createPool as createCallbackPool } from "mysql2";
import { createConnection, createPool, type Pool, type PoolConnection } from "mysql2/promise";
import { callsDuring, type DriverCall, type FloorDriver } from "../contenders/floor.ts";
import type { PlainConnection, Row } from "../contenders/plain-application.ts";
import { columns, openSql, plainSql, searchSql } from "../contenders/plain-tables.ts";
import type { Address, ServerParts } from "./server.ts";

/** MySQL and MariaDB have one driver and, as far as the benchmark is concerned, one language. */
export function mysqlFamily(engine: "mysql" | "mariadb", title: string): ServerParts {
  return {
    engine,
    title,
    plainTypes: {
      id: "CHAR(36) CHARACTER SET ascii",
      text: "VARCHAR(128)",
      instant: "DATETIME(3)",
      serial: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    },
    async connect(uri) {
      const connection = await createConnection({ uri });
      return { query: async (sql) => (await connection.query(sql))[0] as Row[], close: () => connection.end() };
    },
    async durability(query) {
      const names = ["innodb_flush_log_at_trx_commit", "sync_binlog", "log_bin", "innodb_doublewrite"];
      const [settings = {}] = await query(`SELECT ${names.map((name) => `@@${name} AS ${name}`).join(", ")}`);
      const durability = Object.fromEntries(names.map((name) => [name, String(settings[name])]));
      return { durability, isDurable: durability.innodb_flush_log_at_trx_commit === "1" };
    },
    async connectionLimit(query, isOwn) {
      if (isOwn) await query("SET GLOBAL max_connections = 400");
      return Number((await query("SELECT @@max_connections AS most"))[0]?.most);
    },
    storage(address) {
      const pool = openPool(address);
      return { storage: mysqlAdapter({ pool }), close: () => pool.end() };
    },
    plain(address) {
      const pool = openPool(address);
      return { lend: (work) => withConnection(pool, (one) => work(plainConnection(one))), close: () => pool.end() };
    },
    kysely: (address) => ({
      dialect: new MysqlDialect({ pool: createCallbackPool(poolOptions(address)) }),
      instant: (time) => time,
      locked: (query) => query.forUpdate(),
    }),
    floor(address) {
      const pool = openPool(address);
      return { driver: floorDriver(pool, address), close: () => pool.end() };
    },
    programs: async () => ({ programs: [], notes: [] }),
  };
}

function poolOptions({ url, poolSize }: Address) {
  return { uri: url, connectionLimit: poolSize, maxIdle: poolSize, timezone: "Z" } as const;
}

function openPool(address: Address): Pool {
  return createPool(poolOptions(address));
}

async function withConnection<Result>(pool: Pool, work: (connection: PoolConnection) => Promise<Result>) {
  const connection = await pool.getConnection();
  try {
    return await work(connection);
  } finally {
    connection.release();
  }
}

const isListed = (ids: readonly string[]): string => `IN (${ids.map(() => "?").join(", ")})`;

function plainConnection(connection: PoolConnection): PlainConnection {
  return {
    run: async (name, values) => (await connection.execute(plainSql[name], values as never))[0] as Row[],
    search: async ({ providerIds, from, to }) =>
      (await connection.execute(searchSql(isListed(providerIds)), [...providerIds, from, to]))[0] as Row[],
    findOpen: async ({ providerIds, from, to }) => {
      const statement = openSql(isListed(providerIds), to !== undefined);
      const values = [...providerIds, from, ...(to === undefined ? [] : [to])];
      return (await connection.execute(statement, values))[0] as Row[];
    },
    insert: (table, rows) => connection.query(`INSERT INTO ${table} (${columns[table].join(", ")}) VALUES ?`, [rows]),
    transact: (command) => connection.query(command),
  };
}

function floorDriver(pool: Pool, { url }: Address): FloorDriver {
  const send = (calls: readonly DriverCall[]) =>
    withConnection(pool, async (connection) => {
      const answers: unknown[] = [];
      for (const call of calls) answers.push(await connection.execute(call as never).catch(asAnswer));
      return answers;
    });

  return {
    storage: mysqlAdapter({ pool }),
    async record(work) {
      const calls: DriverCall[] = [];
      const single = createPool({ uri: url, connectionLimit: 1 });
      single.on("connection", (connection) => noteCalls(connection, calls));
      const made = await callsDuring(work, mysqlAdapter({ pool: single }), calls);
      await single.end();
      return made;
    },
    send,
    readsOf: (calls) => calls.length - 1,
    async book(reads, writes) {
      if ((await send(writes)).at(-1) !== stale) return "booked";
      return lastRows(await send(reads)).some((row) => documentOf(row).row?.status === "available") ? "stale" : "taken";
    },
    count: (answers) => lastRows(answers).length,
  };
}

const stale = Symbol("stale");

/**
 * The procedure reports by an error that the slot's version has changed. Alternatively the journal does, if another
 * caller has written its entry of the next version.
 */
function asAnswer(error: unknown): typeof stale {
  if (error instanceof Error && /slotwright:stale|_once_per_version/.test(error.message)) return stale;
  throw error;
}

function noteCalls(connection: object, calls: DriverCall[]): void {
  const target = connection as Record<"execute" | "query", (...given: unknown[]) => unknown>;
  for (const name of ["execute", "query"] as const) {
    const method = target[name].bind(connection);
    target[name] = (...given) => {
      calls.push(given[0]);
      return method(...given);
    };
  }
}

function lastRows(answers: readonly unknown[]): readonly unknown[] {
  const [rows] = answers.at(-1) as readonly unknown[];
  return Array.isArray(rows) ? rows : [];
}

interface Document {
  readonly row?: { readonly status?: string };
}

/** The last column of a row, in bytes. */
function documentOf(row: unknown): Document {
  return JSON.parse(String((row as readonly unknown[]).at(-1))) as Document;
}
