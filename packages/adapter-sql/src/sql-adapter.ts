import {
  type CallOptions,
  isStorageError,
  type JournalEntry,
  type JournalsQuery,
  keyText,
  type MigrationReport,
  type OpenTransaction,
  type Slot,
  type StorageAdapter,
  type StorageError,
  type Surveyed,
} from "@slotwright/core/adapter";
import type { AroundAsked } from "./around.ts";
import type { Read } from "./list-shapes.ts";
import { migrationWithin, transactionWithin } from "./misuse.ts";
import type { ListReads } from "./reads.ts";
import { refusingAdapter } from "./refusing-adapter.ts";
import { rowToAppointment, rowToJournal, rowToOpenSeat, rowToSlot } from "./rows.ts";

/** SQLite answers synchronously, servers do not. */
type Awaitable<T> = T | Promise<T>;

type Called = Omit<StorageAdapter, "contract" | "within" | "begin" | "migrate" | "close">;

/** The contract's calls that work on tables. Each runs on something ready for use: a connection with its statements. */
export type TableCalls<On> = Omit<ContractCalls<On>, "loadAround"> & {
  /** The same as `load`, for records on which no decision rests: it takes no locks. */
  readonly loadToShow: ContractCalls<On>["load"];
  readonly loadAround: (on: On, asked: AroundAsked) => Awaitable<Surveyed>;
  /** The same as `loadAround`, for what no decision rests on: it takes no locks. */
  readonly loadAroundToShow: TableCalls<On>["loadAround"];
};

type ContractCalls<On> = {
  readonly [Name in keyof Called]: Called[Name] extends (
    asked: infer Asked,
    call?: CallOptions,
  ) => Promise<infer Result>
    ? (on: On, asked: Asked) => Awaitable<Result>
    : never;
};

/** Runs a call on a ready connection, and turns any error into a `StorageError`. */
export type RunCall<On> = <T>(call: CallOptions | undefined, work: (on: On) => Awaitable<T>) => Promise<T>;

/** Keeps the contract, in the adapter's own transactions or in a transaction that the host began. */
export interface Access<On> {
  readonly read: RunCall<On>;
  readonly write: RunCall<On>;
  readonly calls: TableCalls<On>;
}

export interface HostAccess<On> extends Access<On> {
  /** The database, for readers of an error's cause. */
  readonly databaseName: () => string;
}

export interface SqlAdapterParts<HostTransaction, Opened, On, InHost> {
  readonly own: Access<On>;
  /** Works in the host's transaction, or returns why it cannot. Never throws. */
  readonly host: (transaction: HostTransaction) => HostAccess<InHost> | StorageError;
  readonly begin: (call?: CallOptions) => Promise<OpenTransaction<Opened>>;
  readonly migrate: () => Promise<MigrationReport>;
  readonly close: () => Promise<void>;
}

/** Builds the contract's adapter from the parts that differ between engines. */
export function sqlAdapter<HostTransaction, Opened, On, InHost>(
  parts: SqlAdapterParts<HostTransaction, Opened, On, InHost>,
): StorageAdapter<HostTransaction, Opened> {
  const { own, host, begin, migrate, close } = parts;

  function within(transaction: HostTransaction): StorageAdapter<HostTransaction> {
    const session = host(transaction);
    if (isStorageError(session)) return refusingAdapter(session);
    return {
      ...called(session),
      within,
      migrate: async () => {
        throw migrationWithin(session.databaseName());
      },
      begin: async () => {
        throw transactionWithin(session.databaseName());
      },
      close: async () => {},
    };
  }

  return { ...called(own), within, begin, migrate, close };
}

function called<On>({ read, write, calls }: Access<On>): Called & Pick<StorageAdapter, "contract"> {
  return {
    contract: 1,
    load: (keys, call) => read(call, (on) => (call?.displayOnly ? calls.loadToShow : calls.load)(on, keys)),
    loadAround: (keys, around, call) =>
      read(call, (on) => (call?.displayOnly ? calls.loadAroundToShow : calls.loadAround)(on, { keys, around })),
    findSlots: (query, call) => read(call, (on) => calls.findSlots(on, query)),
    findOpen: (query, call) => read(call, (on) => calls.findOpen(on, query)),
    findAppointments: (query, call) => read(call, (on) => calls.findAppointments(on, query)),
    readJournals: (query, call) => read(call, (on) => calls.readJournals(on, query)),
    readFeed: (query, call) => read(call, (on) => calls.readFeed(on, query)),
    commit: (transitions, call) => write(call, (on) => calls.commit(on, transitions)),
    readSettings: (call) => read(call, (on) => calls.readSettings(on, undefined)),
    storeSettings: (settings, call) => write(call, (on) => calls.storeSettings(on, settings)),
    readRelay: (name, call) => read(call, (on) => calls.readRelay(on, name)),
    storeRelay: (relay, call) => write(call, (on) => calls.storeRelay(on, relay)),
    readClock: (call) => read(call, (on) => calls.readClock(on, undefined)),
  };
}

/** Reads the rows of a list, and turns each into its record. */
export type ReadRows<On> = <Row, Item>(on: On, read: Read, itemOf: (row: Row) => Item) => Awaitable<readonly Item[]>;

/** The contract's lists. A query that no row can match is not sent. */
export function listCalls<On>(
  readsOf: (on: On) => ListReads,
  rows: ReadRows<On>,
): Pick<TableCalls<On>, "findSlots" | "findOpen" | "findAppointments" | "readJournals"> {
  const listed = <Row, Item>(on: On, read: Read | undefined, itemOf: (row: Row) => Item) =>
    read === undefined ? [] : rows(on, read, itemOf);
  const slotsOf = <Row, Item extends OfProvider>(on: On, read: Read | undefined, itemOf: (row: Row) => Item) => {
    const { share, whole } = read ?? {};
    const found = listed(on, read, itemOf);
    if (share === undefined) return found;
    return Promise.resolve(found).then((items) => (hasShare(items, share) ? listed(on, whole?.(), itemOf) : items));
  };
  return {
    findSlots: (on, query) => slotsOf(on, readsOf(on).slots(query), rowToSlot),
    findOpen: (on, query) => slotsOf(on, readsOf(on).open(query), rowToOpenSeat),
    findAppointments: (on, query) => listed(on, readsOf(on).appointments(query), rowToAppointment),
    readJournals: (on, query) => {
      const reads = readsOf(on).journals(query);
      const [first = [], ...others] = reads.map((read) => rows(on, read, rowToJournal));
      // Most calls ask for one page.
      if (query.pages.length === 1) return onePage(first);
      return Promise.all([first, ...others]).then((parts) => pagesOf(query, parts.flat()));
    },
  };
}

const onePage = (entries: Awaitable<readonly JournalEntry[]>) =>
  "then" in entries ? entries.then((page) => [page]) : [entries];

/** The entries of several journals, page by page. The parts of a union may come in any order. */
function pagesOf({ pages, descending }: JournalsQuery, entries: readonly JournalEntry[]) {
  const direction = descending ? -1 : 1;
  const all = Map.groupBy(entries, ({ recordKind, recordId }) => keyText({ kind: recordKind, id: recordId }));
  return pages.map(({ record }) =>
    (all.get(keyText(record)) ?? []).sort((one, other) => direction * (one.version - other.version)),
  );
}

type OfProvider = Pick<Slot, "providerId">;

function hasShare(items: readonly OfProvider[], share: number): boolean {
  const counts = new Map<string, number>();
  for (const { providerId } of items) {
    const count = (counts.get(providerId) ?? 0) + 1;
    if (count >= share) return true;
    counts.set(providerId, count);
  }
  return false;
}
