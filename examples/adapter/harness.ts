import type { ConformanceStore, Corruption } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { type ClientBase, Pool, type PoolClient } from "pg";
import { jsonAdapter } from "./adapter.ts";

/** Makes the adapter under test on a pool and a schema. */
export type MakeAdapter = (options: { pool: Pool; schema: string }) => StorageAdapter<ClientBase>;

export interface Stores {
  readonly open: () => Promise<ConformanceStore>;
  readonly close: () => Promise<void>;
}

/** Fresh stores on one server: each has a schema of its own, and all share two pools. */
export function storesOn(url: string, makeAdapter: MakeAdapter = jsonAdapter): Stores {
  const [pool, secondPool] = [0, 1].map(() => new Pool({ connectionString: url, max: 8 })) as [Pool, Pool];
  // Dropping a database ends connections that are closing. An event without a listener would end the process.
  for (const one of [pool, secondPool]) {
    one.on("error", () => {});
    one.on("connect", (client) => client.on("error", () => {}));
  }
  let opened = 0;
  async function open(): Promise<ConformanceStore> {
    opened += 1;
    const schema = `store_${process.pid}_${opened}`;
    const storage = makeAdapter({ pool, schema });
    await storage.migrate();
    const hosts = new Set<PoolClient>();
    return {
      storage: storage as StorageAdapter,
      second: makeAdapter({ pool: secondPool, schema }) as StorageAdapter,
      beginHostTransaction: () => beginHostTransaction(pool, hosts),
      corrupt: (change) => corrupt(pool, schema, change),
      close: async () => {
        for (const host of hosts) host.release(true);
        hosts.clear();
        await pool.query(`drop schema if exists ${schema} cascade`);
      },
    };
  }
  return { open, close: async () => void (await Promise.all([pool.end(), secondPool.end()])) };
}

async function beginHostTransaction(pool: Pool, hosts: Set<PoolClient>) {
  const transaction = await pool.connect();
  hosts.add(transaction);
  await transaction.query("begin");
  const end = async (how: "commit" | "rollback") => {
    await transaction.query(how);
    if (hosts.delete(transaction)) transaction.release();
  };
  return { transaction, commit: () => end("commit"), rollback: () => end("rollback") };
}

/** Uses plain SQL: this adapter has no guards in the database that would have to be turned off. */
async function corrupt(pool: Pool, schema: string, { put = [], remove = [] }: Corruption): Promise<void> {
  for (const record of put) {
    await pool.query(
      `insert into ${schema}.records (document) values ($1) on conflict (id, kind) do update set document = $1`,
      [JSON.stringify(record)],
    );
  }
  for (const { kind, id } of remove) {
    await pool.query(`delete from ${schema}.records where kind = $1 and id = $2`, [kind, id]);
  }
}

/** The promises of an adapter whose database guards the invariants itself. This one leaves that to the engine. */
export const knownGaps: readonly string[] = [
  "contract.commit-names-guard",
  "contract.commit-neighbours-of-refused",
  "contract.commit-over-booked-by-hand",
];
