import type { StorageAdapter } from "@slotwright/core";

/** What differs between the engines, and nothing else does. */
export interface Strategy<Transaction> {
  /** Slotwright's storage, on connections of its own. */
  readonly storage: StorageAdapter<Transaction>;
  /** The statements that open a transaction of the host's. */
  readonly begin: readonly string[];
  readonly borrow: () => Promise<Borrowed<Transaction>>;
  /** What an error of the driver means for the transaction it ended. */
  readonly meaningOf: (error: unknown) => Meaning;
  readonly close: () => Promise<void>;
}

/**
 * `transient`: others were in the way or the connection was lost, and the same transaction may succeed if it is run
 * again; `check_failed`: a CHECK of the host's own table said no.
 */
export type Meaning = "transient" | "check_failed" | "other";

/** A connection of the host's, lent for one piece of work. */
export interface Borrowed<Transaction> {
  /** The connection as `engine.within()` takes it. */
  readonly transaction: Transaction;
  /** Parameters stand as `?` in the statement. */
  readonly query: (sql: string, parameters?: readonly (string | number)[]) => Promise<readonly unknown[]>;
  /** Rejects wherever the answer was lost, or was anything but "committed". */
  readonly commit: () => Promise<void>;
  readonly giveBack: () => void;
  /** For a connection in an unknown state: nobody gets it again, and what it had not committed vanishes. */
  readonly destroy: () => void;
}
