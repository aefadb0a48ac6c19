import {
  type CallOptions,
  isStorageError,
  type MigrationReport,
  type OpenTransaction,
  type StorageAdapter,
  type StorageError,
} from "@slotwright/core/adapter";
import type { Read } from "./list-shapes.ts";
import { migrationWithin, transactionWithin } from "./misuse.ts";
import type { Reads } from "./reads.ts";
import { refusingAdapter } from "./refusing-adapter.ts";
import { rowToAppointment, rowToJournal, rowToSlot } from "./rows.ts";

/** SQLite answers at once, servers later. */
type Answer<T> = T | Promise<T>;

type Called = Omit<StorageAdapter, "contract" | "within" | "begin" | "migrate" | "close">;

/** The calls of the contract that work on tables, each on something that is ready for it: a connection with statements. */
export type TableCalls<On> = {
  readonly [Name in keyof Called]: Called[Name] extends (
    asked: infer Asked,
    call?: CallOptions,
  ) => Promise<infer Result>
    ? (on: On, asked: Asked) => Answer<Result>
    : never;
};

/** Runs a call on what is ready for it, and says by a `StorageError` what went wrong. */
export type Run<On> = <T>(call: CallOptions | undefined, work: (on: On) => Answer<T>) => Promise<T>;

/** How the contract is kept, in transactions of the adapter's own or in one of the host's. */
export interface Session<On> {
  readonly read: Run<On>;
  readonly write: Run<On>;
  readonly calls: TableCalls<On>;
}

export interface HostSession<On> extends Session<On> {
  /** The database, for those who look into an error's cause. */
  readonly place: () => string;
}

export interface SqlAdapterParts<HostTransaction, Opened, On, InHost> {
  readonly own: Session<On>;
  /** In a transaction of the host's; or why it cannot be one. It never throws. */
  readonly host: (transaction: HostTransaction) => HostSession<InHost> | StorageError;
  readonly begin: (call?: CallOptions) => Promise<OpenTransaction<Opened>>;
  readonly migrate: () => Promise<MigrationReport>;
  readonly close: () => Promise<void>;
}

/** The contract of an adapter, from what it does by itself. */
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
        throw migrationWithin(session.place());
      },
      begin: async () => {
        throw transactionWithin(session.place());
      },
      close: async () => {},
    };
  }

  return { ...called(own), within, begin, migrate, close };
}

function called<On>({ read, write, calls }: Session<On>): Called & Pick<StorageAdapter, "contract"> {
  return {
    contract: 1,
    load: (keys, call) => read(call, (on) => calls.load(on, keys)),
    findSlots: (query, call) => read(call, (on) => calls.findSlots(on, query)),
    findAppointments: (query, call) => read(call, (on) => calls.findAppointments(on, query)),
    readJournal: (query, call) => read(call, (on) => calls.readJournal(on, query)),
    commit: (transitions, call) => write(call, (on) => calls.commit(on, transitions)),
    readSettings: (call) => read(call, (on) => calls.readSettings(on, undefined)),
    storeSettings: (settings, call) => write(call, (on) => calls.storeSettings(on, settings)),
    readClock: (call) => read(call, (on) => calls.readClock(on, undefined)),
  };
}

/** Reads the rows of a list, and turns each into its record. */
export type Rows<On> = <Row, Item>(on: On, read: Read, itemOf: (row: Row) => Item) => Answer<readonly Item[]>;

/** The lists of the contract. What no row can match is not asked for. */
export function listCalls<On>(
  readsOf: (on: On) => Reads,
  rows: Rows<On>,
): Pick<TableCalls<On>, "findSlots" | "findAppointments" | "readJournal"> {
  const listed = <Row, Item>(on: On, read: Read | undefined, itemOf: (row: Row) => Item) =>
    read === undefined ? [] : rows(on, read, itemOf);
  return {
    findSlots: (on, query) => listed(on, readsOf(on).slots(query), rowToSlot),
    findAppointments: (on, query) => listed(on, readsOf(on).appointments(query), rowToAppointment),
    readJournal: (on, query) => listed(on, readsOf(on).journal(query), rowToJournal),
  };
}
