import type { StorageAdapter } from "@slotwright/core";

/** What differs between the engines, and nothing else does. */
export interface Strategy<Transaction, Opened> {
  readonly storage: StorageAdapter<Transaction, Opened>;
  /** The type of a column of ids, which are compared by their exact characters: `Ada` is not `ada`. */
  readonly idType: string;
  /** Runs the host's statements on the connection that `engine.transaction` gives its callback. */
  readonly queryOn: (transaction: Opened) => Query;
  /** Runs a single statement that needs no transaction. */
  readonly query: Query;
  /** What an error of the driver means for the statement or the transaction that it ended. */
  readonly meaningOf: (error: unknown) => Meaning;
  readonly close: () => Promise<void>;
}

/** Parameters stand as `?` in the statement. */
export type Query = (sql: string, parameters?: readonly (string | number)[]) => Promise<readonly unknown[]>;

/**
 * `transient`: others were in the way or the connection was lost, and the same transaction may succeed if it is run
 * again; `check_failed`: a CHECK on a table of the host refused.
 */
export type Meaning = "transient" | "check_failed" | "other";

/** What drivers add to their errors. `fatal` is one that ended a connection, or kept it from being opened. */
export interface DriverError {
  readonly message?: string;
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly schema?: string;
}

/** Not asked by `instanceof`: under a test runner, or with two copies of a driver, its class is another one. */
export function asDriverError(error: unknown): DriverError {
  return typeof error === "object" && error !== null ? error : {};
}
