import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import type { StorageAdapter } from "@slotwright/core";
import { startServer, type TestServer } from "@slotwright/test-servers";
import { Pool } from "pg";
import { postgres } from "../../arenas/postgres.ts";
import type { Query } from "../../contenders/in-process.ts";
import type { DataSet } from "../data-set.ts";
import { type LoadingSql, loadingStatements } from "../loading.ts";
import { dropFromCache, filesBelow } from "./page-cache.ts";
import { keepOnAnyProcessor, keepOnProcessor } from "./processors.ts";
import type { Site, Store } from "./store.ts";

type Row = Readonly<Record<string, unknown>>;

export async function postgresSite(): Promise<Site | undefined> {
  const server = await startServer("postgres");
  if (server === undefined) return undefined;
  const stores: DatabaseStore[] = [];
  await giveMemory(server);
  keepOnProcessor(process.pid, 0);
  const { durability, isDurable, settings, folder } = await onDatabase(server.url, async (query) => {
    const [{ data_directory: folder } = {}] = await query("show data_directory");
    return { ...(await postgres.durability(query)), settings: await settingsOf(query), folder: String(folder) };
  });
  const { engine, title } = postgres;
  return {
    facts: { engine, title, version: server.version, origin: server.origin, durability, isDurable },
    settings,
    async fill(data) {
      const store = await fillDatabase(server, data);
      stores.push(store);
      return store;
    },
    chill: () => chill(server, stores, folder),
    async close() {
      keepOnAnyProcessor(process.pid);
      for (const { close } of stores) await close();
      await server.stop();
    },
  };
}

type ProcessOf = TestServer & { readonly process: { restart(): Promise<void> } };

/** A quarter of the memory, as PostgreSQL recommends for a server that has a computer to itself. */
async function giveMemory(server: TestServer): Promise<void> {
  if (!("process" in server)) return;
  const megabytes = Math.floor(totalmem() / 4 / 1024 ** 2);
  await onDatabase(server.url, (query) => query(`alter system set shared_buffers = '${megabytes}MB'`));
  await (server as ProcessOf).process.restart();
}

async function onDatabase<Result>(url: string, work: (query: Query) => Promise<Result>): Promise<Result> {
  const { query, close } = await postgres.connect(url);
  try {
    return await work(query);
  } finally {
    await close();
  }
}

async function settingsOf(query: Query): Promise<Site["settings"]> {
  const names = ["shared_buffers", "effective_cache_size", "max_wal_size", "checkpoint_timeout", "random_page_cost"];
  const columns = names.map((name) => `current_setting('${name}') as ${name}`);
  const [settings = {}] = await query(`select ${columns.join(", ")}`);
  return settings as Site["settings"];
}

/** A server that is not our own is not restarted, and keeps what it has read in its own cache. */
async function chill(server: TestServer, stores: readonly DatabaseStore[], folder: string): Promise<boolean> {
  if (!("process" in server)) return false;
  for (const { close } of stores) await close();
  await (server as ProcessOf).process.restart();
  const isDone = dropFromCache(filesBelow(folder));
  for (const { reopen } of stores) await reopen();
  return isDone;
}

const loadingSql: LoadingSql = {
  numbers: (count) => `generate_series(0::bigint, ${count - 1}) as numbers (n)`,
  partition: { feed_partition: "0" },
  hex: (value, digits) => `lpad(to_hex(${value}), ${digits}, '0')`,
  iso: (ms) => `to_char(to_timestamp(${ms} / 1000) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`,
};

interface DatabaseStore extends Store {
  readonly close: () => Promise<void>;
}

async function fillDatabase(server: TestServer, data: DataSet): Promise<DatabaseStore> {
  const { url } = await server.createDatabase();
  const begun = performance.now();
  await onDatabase(url, (query) => load(query, url, data));
  const loadSeconds = (performance.now() - begun) / 1000;
  let connection = await connect(url);
  return {
    ...{ data, loadSeconds },
    bytes: async () => Number((await readRow(url, "select pg_database_size(current_database()) as bytes")).bytes),
    row: (sql) => readRow(url, sql),
    storage: () => connection.storage,
    serverCpuMs: () => cpuMsOf(connection.pid),
    async reopen() {
      await connection.close();
      connection = await connect(url);
    },
    close: () => connection.close(),
  };
}

const readRow = (url: string, sql: string): Promise<Row> =>
  onDatabase(url, async (query) => (await query(sql))[0] ?? {});

async function connect(url: string) {
  const pool = new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  pool.on("error", () => {});
  const { rows } = await pool.query<{ readonly pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]?.pid ?? 0;
  keepOnProcessor(pid, 1);
  let isOpen = true;
  return {
    pid,
    storage: postgresAdapter({ pool }) as StorageAdapter<never>,
    async close() {
      if (isOpen) await pool.end();
      isOpen = false;
    },
  };
}

/** As Linux counts it in nanoseconds, if the server runs on this machine. */
function cpuMsOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return undefined;
  }
}

/** Keys, foreign keys, then indexes. CHECKs stay, and check each row as it arrives. */
const later = `
  select conname as name, conrelid::regclass::text as "table", 'constraint' as kind, pg_get_constraintdef(oid) as definition,
    case contype when 'f' then 0 else 1 end as rank
  from pg_constraint where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f')
    and conrelid::regclass::text like 'slotwright\\_%' and conrelid::regclass::text <> 'slotwright_migrations'
  union all
  select indexrelid::regclass::text, indrelid::regclass::text, 'index', pg_get_indexdef(indexrelid), 2
  from pg_index where indrelid::regclass::text like 'slotwright\\_%'
    and not exists (select from pg_constraint where conindid = indexrelid)
  order by rank, name`;

interface Later extends Row {
  readonly name: string;
  readonly table: string;
  readonly kind: "constraint" | "index";
  readonly definition: string;
}

/** Triggers and foreign keys are meant for rows that arrive one by one. What is loaded is counted afterwards. */
async function load(query: Query, url: string, data: DataSet): Promise<void> {
  const migrating = postgresAdapter({ connectionString: url });
  await migrating.migrate();
  await migrating.close();
  const all = (await query(later)) as readonly Later[];
  await query("set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 2");
  await query("set session_replication_role = replica");
  for (const { name, table, kind } of all) {
    await query(kind === "index" ? `drop index "${name}"` : `alter table ${table} drop constraint "${name}"`);
  }
  await withoutExclusion(query, async () => {
    for (const statement of loadingStatements(data, loadingSql)) await query(statement);
  });
  for (const { name, table, kind, definition } of [...all].reverse()) {
    await query(kind === "index" ? definition : `alter table ${table} add constraint "${name}" ${definition}`);
  }
  const again = await query(later);
  if (JSON.stringify(again) !== JSON.stringify(all)) throw new Error("Not all indexes and guards were put back.");
  await query("vacuum analyze");
  await query("checkpoint");
}

/**
 * Adding an exclusion constraint looks up each row in its index, which takes longer than everything else. VACUUM FULL
 * builds the index of an existing constraint and trusts it. That slots do not overlap is also counted afterwards.
 */
async function withoutExclusion(query: Query, work: () => Promise<void>): Promise<void> {
  const setReady = (isReady: boolean) =>
    query(
      `update pg_index set indisready = ${isReady} where indisexclusion and indrelid = 'slotwright_slots'::regclass`,
    );
  await setReady(false);
  await work();
  await query("vacuum full slotwright_slots");
  await setReady(true);
}
