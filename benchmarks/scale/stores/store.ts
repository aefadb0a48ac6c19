import type { StorageAdapter } from "@slotwright/core";
import type { EngineFacts } from "../../arenas/arena.ts";
import type { DataSet } from "../data-set.ts";

/** Tables of one size. */
export interface Store {
  readonly data: DataSet;
  /** Seconds that it took to fill the tables and to build their indexes. */
  readonly loadSeconds: number;
  /** Bytes on disk. */
  readonly bytes: () => Promise<number>;
  /** One row of a query. */
  readonly row: (sql: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Runs on one connection, which is the same until `reopen`. */
  readonly storage: () => StorageAdapter<never>;
  /** Processor time that the server has spent on that connection; undefined if it is not known. */
  readonly serverCpuMs: () => number | undefined;
  /** Closes the connection, and opens another. */
  readonly reopen: () => Promise<void>;
}

/** Where stores are. */
export interface Site {
  readonly facts: Omit<EngineFacts, "poolLimit">;
  /** What else affects the speed: sizes of caches, as the engine reports them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly fill: (data: DataSet) => Promise<Store>;
  /** Clears every cache, including the system's, of what the stores have on disk. False if this is not possible. */
  readonly chill: () => Promise<boolean>;
  /** Closes and removes all of it. */
  readonly close: () => Promise<void>;
}
