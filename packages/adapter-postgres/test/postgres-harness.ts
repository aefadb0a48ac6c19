import { rawRow, tableNameOf } from "@slotwright/adapter-sql/conformance";
import type { ConformanceStore, Corruption, HostTransactionHandle } from "@slotwright/conformance";
import type { TestServer } from "@slotwright/test-servers";
import { Client, type ClientBase, Pool } from "pg";
import { type PostgresAdapterOptions, type PostgresTransaction, postgresAdapter } from "../src/index.ts";

export interface PostgresStore extends ConformanceStore<PostgresTransaction> {
  readonly schema: string;
  readonly url: string;
  /** The host's pool under `storage`. */
  readonly pool: Pool;
  readonly beginHostTransaction: (begin?: string) => Promise<HostTransactionHandle<Client>>;
}

let stores = 0;

/** Fresh, migrated tables in a schema of their own; `close` drops it. */
export async function openPostgresStore(url: string): Promise<PostgresStore> {
  const schema = await migratedSchema(url);
  const pool = poolOn(url);
  return storeIn(schema, { url, pool }, async () => {
    await dropSchema(pool, schema);
    await pool.end();
  });
}

type Preparing = Pick<PostgresAdapterOptions, "preparedStatements">;

/** The schemas of one database, each lent to one store after another: making one takes longer than most cases. */
export function lendStores(
  url: string,
  preparing: Preparing = {},
): { readonly open: () => Promise<PostgresStore>; end: () => Promise<void> } {
  const pool = poolOn(url);
  const free: string[] = [];
  const open = async () => {
    const schema = free.pop() ?? (await migratedSchema(url, preparing));
    return storeIn(schema, { url, pool, ...preparing }, async (lacksGuards) => {
      // What has no guards for a while might not get all of them back.
      if (lacksGuards) return dropSchema(pool, schema);
      await emptied(pool, schema);
      free.push(schema);
    });
  };
  return { open, end: () => pool.end() };
}

async function migratedSchema(url: string, preparing: Preparing = {}): Promise<string> {
  stores += 1;
  const schema = `store_${process.pid}_${stores}`;
  const storage = postgresAdapter({ connectionString: url, schema, ...preparing });
  await storage.migrate();
  await storage.close();
  return schema;
}

function storeIn(
  schema: string,
  { url, pool, ...preparing }: Preparing & { readonly url: string; readonly pool: Pool },
  end: (lacksGuards: boolean) => Promise<void>,
): PostgresStore {
  const storage = postgresAdapter({ pool, schema, ...preparing });
  const second = postgresAdapter({ connectionString: url, schema, ...preparing });
  const hosts: Client[] = [];
  let lacksGuards = false;
  let closed: Promise<void> | undefined;
  const close = async () => {
    await Promise.all(hosts.map((host) => host.end()));
    await Promise.all([storage.close(), second.close()]);
    await end(lacksGuards);
  };
  return {
    storage,
    second,
    schema,
    url,
    pool,
    corrupt: async (rows) => {
      const tookGuardsOff = await withGuardsOff(url, schema, (client) => putRows(client, rows));
      lacksGuards ||= tookGuardsOff;
    },
    beginHostTransaction: async (begin = "begin") => {
      const transaction = new Client({ connectionString: url });
      hosts.push(transaction);
      await transaction.connect();
      await transaction.query(`set search_path = ${schema}`);
      await transaction.query(begin);
      return {
        transaction,
        commit: async () => void (await transaction.query("commit")),
        rollback: async () => void (await transaction.query("rollback")),
      };
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function poolOn(url: string): Pool {
  return new Pool({ connectionString: url, max: 8 });
}

async function dropSchema(pool: Pool, schema: string): Promise<void> {
  await pool.query(`drop schema ${schema} cascade`);
}

/** What tables there are is asked of the database, so that none is left out. A replica fires no triggers. */
async function emptied(pool: Pool, schema: string): Promise<void> {
  const { rows } = await pool.query<{ table: string }>(
    `select oid::regclass::text as table from pg_class
    where relnamespace = $1::regnamespace and relkind = 'r' and relname <> 'slotwright_migrations'`,
    [schema],
  );
  const tables = rows.map(({ table }) => table).join(", ");
  await pool.query(`begin; set local session_replication_role = replica; truncate ${tables} restart identity; commit`);
}

/** An empty database for one test file, on the server that all files share. */
export async function freshDatabase(server: TestServer): Promise<{ url: string; drop: () => Promise<void> }> {
  const { url, drop } = await server.createDatabase();
  return { url, drop };
}

/** Runs SQL on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Triggers and foreign keys do not fire for a replica. If the other constraints refuse the work, they are dropped, and
 * added again unchecked. Returns whether they were.
 */
async function withGuardsOff(url: string, schema: string, work: (client: Client) => Promise<void>): Promise<boolean> {
  return withClient(url, async (client) => {
    await client.query(
      `begin; set local session_replication_role = replica; set local search_path = ${schema}, public; savepoint guarded`,
    );
    const isRefused = await work(client).then(
      () => false,
      (error: { readonly code?: string }) => brokenConstraints.includes(error.code ?? "") || Promise.reject(error),
    );
    if (isRefused) {
      await client.query("rollback to savepoint guarded");
      await withConstraintsOff(client, schema, () => work(client));
    }
    await client.query("commit");
    return isRefused;
  });
}

/** CHECK, and EXCLUDE. */
const brokenConstraints = ["23514", "23P01"];

async function withConstraintsOff(client: Client, schema: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ table: string; name: string; definition: string; type: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition, contype as type
    from pg_constraint where connamespace = '${schema}'::regnamespace and contype in ('c', 'x')`,
  );
  for (const { table, name } of rows) await client.query(`alter table ${table} drop constraint "${name}"`);
  await work();
  for (const { table, name, definition, type } of rows) {
    const unchecked = type === "c" ? " not valid" : "";
    // Rows that overlap keep the exclusion constraint off for good, and then nothing of it is left to test.
    await client.query("savepoint added");
    await client
      .query(`alter table ${table} add constraint "${name}" ${definition}${unchecked}`)
      .catch(() => client.query("rollback to savepoint added"));
  }
}

async function putRows(client: ClientBase, { put = [], remove = [] }: Corruption): Promise<void> {
  for (const record of put) {
    const row = rawRow(record);
    const columns = Object.keys(row);
    const places = columns.map((_, index) => `$${index + 1}`);
    const set = columns.map((column) => `${column} = excluded.${column}`);
    await client.query(
      `insert into ${tableNameOf[record.kind]} (${columns}) values (${places}) on conflict (id) do update set ${set}`,
      Object.values(row),
    );
  }
  for (const { kind, id } of remove) await client.query(`delete from ${tableNameOf[kind]} where id = $1`, [id]);
}
