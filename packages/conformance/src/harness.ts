import type { RecordKey, StorageAdapter } from "@slotwright/core";
import type { StoredRecord } from "@slotwright/core/adapter";

/** An empty, migrated store of its own for one case. */
export interface ConformanceStore<HostTransaction = unknown> {
  readonly storage: StorageAdapter<HostTransaction>;
  /** The same store over another connection. It sees what the first one has acknowledged. */
  readonly second: StorageAdapter<HostTransaction>;
  /** Opens a transaction as a host would. */
  readonly beginHostTransaction: () => Promise<HostTransactionHandle<HostTransaction>>;
  /** Writes and deletes rows by hand with every guard off, as happens in practice. */
  readonly corrupt: (change: Corruption) => Promise<void>;
  /**
   * Whether the database ends a host's transaction that locks what others have changed since it began to read. Such a
   * call has to fail as `transient`. Default false: it goes on with what is stored now.
   */
  readonly endsOldTransactions?: boolean;
  readonly close: () => Promise<void>;
}

export interface HostTransactionHandle<HostTransaction> {
  readonly transaction: HostTransaction;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<unknown>;
}

export interface Corruption {
  readonly put?: readonly StoredRecord[];
  readonly remove?: readonly RecordKey[];
}

/** What the author of an adapter provides. */
export interface ConformanceHarness {
  readonly name: string;
  readonly open: () => Promise<ConformanceStore>;
  /** Keys of cases that are known to fail. They run, and must fail until the gap is closed. */
  readonly knownGaps?: readonly string[];
  /** Runs of each property-based case. Default 100. */
  readonly propertyRuns?: number;
}

/** What a case has to work with. */
export interface CaseContext extends ConformanceStore {
  /** Opens further empty stores, which are closed after the case. */
  readonly open: () => Promise<ConformanceStore>;
  readonly propertyRuns: number;
}

/** One promise that every adapter keeps. */
export interface ConformanceCase {
  /** Stable. Known gaps and reports refer to it. */
  readonly key: string;
  /** A sentence that promises behaviour. */
  readonly title: string;
  readonly run: (context: CaseContext) => Promise<void>;
}
