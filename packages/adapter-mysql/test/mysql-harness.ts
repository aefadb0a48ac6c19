import { rawRow, tableNameOf } from "@slotwright/adapter-sql/conformance";
import type { ConformanceStore, Corruption, HostTransactionHandle } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { StoredRecord } from "@slotwright/core/adapter";
import type { TestServer } from "@slotwright/test-servers";
import { type Connection, createConnection, createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { type MysqlTransaction, mysqlAdapter } from "../src/index.ts";

export interface MysqlStore extends ConformanceStore<MysqlTransaction> {
  readonly url: string;
  /** A host's pool on the same database. */
  readonly pool: Pool;
  readonly beginHostTransaction: (level?: string) => Promise<HostTransactionHandle<Connection>>;
}

/** A migrated database that is lent to one store after another, because creating one takes a second. */
interface Lent {
  readonly url: string;
  readonly pool: Pool;
  readonly adapters: readonly [StorageAdapter, StorageAdapter];
  readonly endsOldTransactions: boolean;
  readonly drop: () => Promise<void>;
}

const free = new Map<string, Lent[]>();

/** Drops the databases that stores have left behind. */
export async function dropDatabases(): Promise<void> {
  const databases = [...free.values()].flat();
  free.clear();
  await Promise.all(databases.map(({ drop }) => drop()));
}

/** An empty, migrated database. */
export async function openMysqlStore(server: TestServer): Promise<MysqlStore> {
  const lent = free.get(server.url)?.pop() ?? (await createLent(server));
  const hosts: Connection[] = [];
  let isClosed = false;
  let wasCorrupted = false;
  return {
    storage: lent.adapters[0],
    second: lent.adapters[1],
    url: lent.url,
    pool: lent.pool,
    endsOldTransactions: lent.endsOldTransactions,
    corrupt: (rows) => {
      wasCorrupted = true;
      return corruptRows(lent.url, rows);
    },
    beginHostTransaction: async (level = "repeatable read") => {
      const transaction = await createConnection(lent.url);
      hosts.push(transaction);
      await transaction.query(`set transaction isolation level ${level}`);
      await transaction.beginTransaction();
      return {
        transaction,
        commit: () => transaction.commit(),
        rollback: () => transaction.rollback(),
      };
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      for (const host of hosts) host.destroy();
      await emptied(lent.pool);
      if (wasCorrupted) await withChecksOn(lent.pool);
      free.set(server.url, [...(free.get(server.url) ?? []), lent]);
    },
  };
}

async function createLent(server: TestServer): Promise<Lent> {
  const { url, drop } = await server.createDatabase();
  const pool = createPool({ uri: url, connectionLimit: 4 });
  const adapters = [mysqlAdapter({ uri: url }), mysqlAdapter({ pool })] as const;
  await adapters[0].migrate();
  return {
    url,
    pool,
    adapters: adapters as unknown as Lent["adapters"],
    endsOldTransactions: await endsOldTransactions(pool),
    drop: async () => {
      await Promise.allSettled([pool.end(), adapters[0].close()]);
      await drop();
    },
  };
}

/** MariaDB does so by default since 11.6.2, at REPEATABLE READ. MySQL and older versions have no such variable. */
async function endsOldTransactions(pool: Pool): Promise<boolean> {
  const [[found]] = await pool.query<RowDataPacket[]>("show variables like 'innodb_snapshot_isolation'");
  return found?.Value === "ON";
}

/**
 * TRUNCATE fires no triggers, and is slow, also where there is little to remove. What tables there are is asked of the
 * database, so that none is left out.
 */
async function emptied(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  await connection.query("set foreign_key_checks = 0");
  for (const table of await filledTables(connection)) {
    await connection.query(`${withDeleteTrigger.includes(table) ? "truncate table" : "delete from"} ${table}`);
  }
  await connection.query(`update ${tableOfLastSeqs} set last_seq = 0`);
  await connection.query("set foreign_key_checks = 1");
  connection.release();
}

const withDeleteTrigger = ["slots", "appointments", "journal"].map((name) => `slotwright_${name}`);

const tableOfLastSeqs = "slotwright_feed_partitions";

async function filledTables(connection: Pick<Connection, "query">): Promise<readonly string[]> {
  const [all] = await connection.query<RowDataPacket[][]>({ sql: "show tables", rowsAsArray: true });
  const names = all.map(([name]) => String(name)).filter((name) => !keptTables.includes(name));
  const [[filled]] = await connection.query<RowDataPacket[]>(
    `select ${names.map((name) => `exists(select 1 from ${name}) as ${name}`).join(", ")}`,
  );
  return names.filter((name) => filled?.[name] === 1);
}

const keptTables = [tableOfLastSeqs, "slotwright_migrations"];

async function withChecksOn(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  if (!(await isMariadb(connection as Connection))) await switchChecks(connection as Connection, "NO", "enforced");
  connection.release();
}

async function corruptRows(url: string, { put = [], remove = [] }: Corruption): Promise<void> {
  const tables = new Set([...put, ...remove].map(({ kind }) => tableNameOf[kind]));
  const work = async (connection: Connection) => {
    for (const record of put) await putRow(connection, record);
    for (const { kind, id } of remove) await connection.execute(`delete from ${tableNameOf[kind]} where id = ?`, [id]);
  };
  await withGuardsOff(url, work, (table) => tables.has(table));
}

/**
 * Runs work on a connection for which no trigger, foreign key or CHECK exists, and restores them all.
 *
 * @param concerns Which tables the work writes to. Every statement that takes guards off costs time.
 */
export async function withGuardsOff(
  url: string,
  work: (connection: Connection) => Promise<void>,
  concerns: (table: string) => boolean = () => true,
): Promise<void> {
  const connection = await createConnection(url);
  await connection.query("set sql_log_bin = 0");
  const triggers = await triggerStatements(connection, concerns);
  await withChecksOff(connection, concerns);
  for (const { name } of triggers) await connection.query(`drop trigger ${name}`);
  await connection.query("set foreign_key_checks = 0");
  await work(connection);
  for (const { sql } of triggers) await connection.query(sql);
  await connection.end();
}

async function triggerStatements(connection: Connection, concerns: (table: string) => boolean) {
  const [rows] = await connection.query<RowDataPacket[]>("show triggers");
  const statements: { name: string; sql: string }[] = [];
  for (const { Trigger: name } of rows.filter(({ Table: table }) => concerns(table))) {
    const [created] = await connection.query<RowDataPacket[]>(`show create trigger ${name}`);
    statements.push({ name, sql: created[0]?.["SQL Original Statement"] });
  }
  return statements;
}

/**
 * MariaDB has a switch for the session. MySQL's CHECKs are switched off table by table, and on again only when the rows
 * that break them are gone: when the store is closed.
 */
async function withChecksOff(connection: Connection, concerns: (table: string) => boolean): Promise<void> {
  if (await isMariadb(connection)) await connection.query("set check_constraint_checks = 0");
  else await switchChecks(connection, "YES", "not enforced", concerns);
}

async function switchChecks(
  connection: Connection,
  now: "YES" | "NO",
  how: "enforced" | "not enforced",
  concerns: (table: string) => boolean = () => true,
): Promise<void> {
  const [checks] = await connection.query<RowDataPacket[]>(
    "select table_name as t, group_concat(concat(' alter check ', constraint_name)) as c from information_schema.table_constraints where constraint_type = 'CHECK' and table_schema = database() and enforced = ? group by table_name",
    [now],
  );
  for (const { t, c } of checks.filter(({ t }) => concerns(t)))
    await connection.query(`alter table ${t} ${c.replaceAll(",", ` ${how},`)} ${how}`);
}

async function isMariadb(connection: Connection): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>("select version() as version");
  return /mariadb/i.test(rows[0]?.version);
}

async function putRow(connection: Connection, record: StoredRecord): Promise<void> {
  const row = rawRow(record);
  const columns = Object.keys(row);
  const places = columns.map(() => "?");
  await connection.execute(
    `replace into ${tableNameOf[record.kind]} (${columns.join(", ")}) values (${places.join(", ")})`,
    Object.values(row),
  );
}
