import type { StorageAdapter } from "@slotwright/core/adapter";
import { type CallOptions, StorageError } from "@slotwright/core/adapter";
import type { ClientBase, Pool, PoolClient } from "pg";
import { loadAround, loadAroundAndLock } from "./around.ts";
import { begin } from "./begin.ts";
import { commitEach, commitOne, inHostTransaction, ownTransaction, type Steps } from "./commit.ts";
import { onHost, onPool, type Run } from "./connection.ts";
import { readFeed } from "./feed.ts";
import { findAppointments, findOpen, findSlots, loadRecords, lockRecords, readJournals } from "./reads.ts";
import { readRelay, storeRelay } from "./relays.ts";
import { migrate, type TableNames, tablesIn } from "./schema.ts";
import { readClock, readSettings, storeSettings } from "./settings.ts";

export interface JsonAdapterOptions {
  /** Stays the host's. */
  readonly pool: Pool;
  /** Of the tables; `migrate()` creates it. Default `bookings`. */
  readonly schema?: string;
  /** The steps of a commit. Replaced only to show what goes wrong without one of them. */
  readonly steps?: Partial<Steps>;
}

/** Stores bookings as JSON documents in PostgreSQL. `within` takes a client of pg on which the host has run BEGIN. */
export function jsonAdapter({
  pool,
  schema = "bookings",
  steps = {},
}: JsonAdapterOptions): StorageAdapter<ClientBase, PoolClient> {
  const tables = tablesIn(schema);
  const work: Work = (call, use) => onPool(pool, use, call);
  return {
    ...operations(tables, work, { ...ownTransaction, ...steps }),
    load: async (keys, call) => (keys.length === 0 ? [] : work(call, (run) => loadRecords(run, tables, keys))),
    loadAround: (keys, around, call) => work(call, (run) => loadAround(run, tables, keys, around)),
    within: (client) => within(client, tables, steps),
    begin: (call) => begin(pool, call),
    migrate: () => work(undefined, (run) => migrate(run, tables)),
    close: async () => {},
  };
}

type Work = <T>(call: CallOptions | undefined, use: (run: Run) => Promise<T>) => Promise<T>;
type Operations = Omit<StorageAdapter, "load" | "loadAround" | "within" | "begin" | "migrate" | "close">;

function operations(tables: TableNames, work: Work, steps: Steps): Operations {
  return {
    contract: 1,
    findSlots: (query, call) => work(call, (run) => findSlots(run, tables, query)),
    findOpen: (query, call) => work(call, (run) => findOpen(run, tables, query)),
    findAppointments: (query, call) => work(call, (run) => findAppointments(run, tables, query)),
    readJournals: (query, call) => work(call, (run) => readJournals(run, tables, query)),
    readFeed: (query, call) => work(call, (run) => readFeed(run, tables, query)),
    commit: (transitions, call) =>
      commitEach(transitions, (one) => work(call, (run) => commitOne(steps, run, tables, one))),
    readSettings: (call) => work(call, (run) => readSettings(run, tables)),
    storeSettings: (settings, call) => work(call, (run) => storeSettings(run, tables, settings)),
    readRelay: (name, call) => work(call, (run) => readRelay(run, tables, name)),
    storeRelay: (relay, call) => work(call, (run) => storeRelay(steps, run, tables, relay)),
    readClock: (call) => work(call, readClock),
  };
}

function within(client: ClientBase, tables: TableNames, changed: Partial<Steps>): StorageAdapter<ClientBase> {
  const { begin, commit, rollback } = inHostTransaction;
  const work: Work = (_call, use) => onHost(client, use);
  return {
    ...operations(tables, work, { ...inHostTransaction, ...changed, begin, commit, rollback }),
    load: (keys) =>
      work(undefined, async (run) => {
        await lockRecords(run, tables, keys);
        return loadRecords(run, tables, keys);
      }),
    loadAround: (keys, around, call) =>
      work(undefined, (run) => (call?.displayOnly ? loadAround : loadAroundAndLock)(run, tables, keys, around)),
    within: (other) => within(other, tables, changed),
    migrate: async () => {
      throw new StorageError("misused", "migrate() cannot run within a transaction.");
    },
    begin: async () => {
      throw new StorageError("misused", "begin() cannot run within a transaction.");
    },
    close: async () => {},
  };
}
