import type { CallOptions, OpenTransaction, StorageAdapter } from "../storage/adapter.ts";
import { inWords, saysNotTransaction } from "../storage/misuse.ts";
import { StorageError } from "../storage/storage-error.ts";
import { loadAround } from "./around.ts";
import { commitBatch } from "./commit.ts";
import {
  copyTables,
  createMemoryDatabase,
  lockForWriting,
  type MemoryDatabase,
  readRecord,
  type Tables,
} from "./database.ts";
import { findAppointments, findOpen, findSlots, readFeed, readJournals } from "./queries.ts";
import { readRelay, storeRelay } from "./relays.ts";

/** A host's transaction on a memory database. Other writers wait until it ends. */
export interface MemoryTransaction {
  readonly tables: Tables;
  readonly isOpen: () => boolean;
}

export interface MemoryOptions {
  /** Shared by several adapters, as connections share a database. Default: one of its own. */
  readonly database?: MemoryDatabase;
}

/** The reference adapter: the whole contract in memory, for tests and as an example. Nothing survives the process. */
export function memoryAdapter({
  database = createMemoryDatabase(),
}: MemoryOptions = {}): StorageAdapter<MemoryTransaction, MemoryTransaction> {
  const committed: Access = {
    read: () => database.tables,
    async write(work) {
      const unlock = await lockInTime(database, lockTimeoutMs);
      try {
        return work(database.tables);
      } finally {
        unlock();
      }
    },
  };
  return { ...adapterOn(committed), begin: (call) => begin(database, call) };
}

/** How long a commit waits for a transaction that stays open, in milliseconds. */
const lockTimeoutMs = 500;

async function lockInTime(database: MemoryDatabase, withinMs: number): Promise<() => void> {
  const locked = lockForWriting(database);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  const unlock = await Promise.race([locked, late]);
  clearTimeout(timer);
  if (unlock !== undefined) return unlock;
  // Its turn comes all the same, and passes to the next.
  void locked.then((free) => free());
  throw new StorageError(
    "transient",
    "Another transaction is open, and a memory database has one writer at a time. Nothing was changed; try again when it has ended.",
    undefined,
    "A transaction of this program is open. In the callback of transaction(), call the engine that it was given, which works in that transaction; any other one waits for it.",
  );
}

/** What an adapter reads and writes: the committed state, or a transaction's draft. */
interface Access {
  readonly read: () => Tables;
  readonly write: <T>(work: (tables: Tables) => T) => Promise<T>;
}

function adapterOn({ read, write }: Access): Omit<StorageAdapter<MemoryTransaction>, "begin"> {
  return {
    contract: 1,
    load: async (keys) => keys.map((key) => readRecord(read(), key)),
    loadAround: async (keys, around) => loadAround(read(), keys, around),
    findSlots: async (query) => findSlots(read(), query),
    findOpen: async (query) => findOpen(read(), query),
    findAppointments: async (query) => findAppointments(read(), query),
    readJournals: async (query) => readJournals(read(), query),
    readFeed: async (query) => readFeed(read(), query),
    commit: (transitions) => write((tables) => commitBatch(tables, transitions)),
    readSettings: async () => read().settings[0],
    storeSettings: (settings) =>
      write((tables) => {
        tables.settings[0] ??= { ...settings };
        return tables.settings[0];
      }),
    readRelay: async (name) => readRelay(read(), name),
    storeRelay: (relay) => write((tables) => storeRelay(tables, relay)),
    readClock: async () => new Date(),
    within: (transaction) => ({
      ...adapterOn(accessTo(transaction)),
      migrate: refuseMigration,
      begin: refuseSecond,
    }),
    migrate: async () => ({ from: 1, to: 1, applied: [] }),
    close: async () => {},
  };
}

function accessTo(transaction: MemoryTransaction): Access {
  const read = () => {
    if (!isTransaction(transaction)) throw new StorageError("misused", saysNotTransaction(inWords(transaction), taken));
    if (!transaction.isOpen()) throw ended();
    return transaction.tables;
  };
  return { read, write: async (work) => work(read()) };
}

const taken = "the transaction that the callback of engine.transaction() was given";

function isTransaction(given: Partial<MemoryTransaction> | null | undefined): boolean {
  return typeof given?.isOpen === "function" && typeof given.tables === "object";
}

function ended(): StorageError {
  return new StorageError(
    "misused",
    "The transaction that was given to within() has ended already. Begin another one.",
  );
}

async function refuseMigration(): Promise<never> {
  throw new StorageError("misused", "migrate() cannot run within a transaction. Call migrate() on the adapter itself.");
}

async function refuseSecond(): Promise<never> {
  throw new StorageError("misused", "begin() cannot run within a transaction. Call begin() on the adapter itself.");
}

async function begin(
  database: MemoryDatabase,
  { connectWithinMs = 10_000 }: CallOptions = {},
): Promise<OpenTransaction<MemoryTransaction>> {
  const unlock = await lockInTime(database, connectWithinMs);
  const tables = copyTables(database.tables);
  let isOpen = true;
  const end = async (finish: () => void) => {
    if (!isOpen) throw ended();
    isOpen = false;
    finish();
    unlock();
  };
  return {
    transaction: { tables, isOpen: () => isOpen },
    commit: () =>
      end(() => {
        database.tables = tables;
      }),
    rollback: async () => {
      await end(() => {});
      return undefined;
    },
  };
}
