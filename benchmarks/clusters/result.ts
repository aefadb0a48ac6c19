import type { Circumstances } from "../measuring/circumstances.ts";
import type { PlaceName } from "./places.ts";

/** One measurement: so many engines book and cancel on so many nodes. */
export interface ClusterRow {
  /** Nodes that are written. */
  readonly nodes: number;
  /** Processes with an engine each. */
  readonly processes: number;
  /** In each process. */
  readonly callers: number;
  /** A message between two nodes and its answer take so much longer. */
  readonly roundTripMs: number;
  readonly commandsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Processors that engines, servers, and the network between nodes keep busy. Null if it is not known. */
  readonly busy: { readonly engines: number; readonly servers: number | null; readonly network: number };
  readonly errors: readonly string[];
}

export interface PlaceResult {
  readonly place: PlaceName;
  readonly version: string;
  /** Of each measurement. */
  readonly ms: number;
  /** Processes that were running or waiting to run, averaged over a minute, at the end. */
  readonly loadAverage: number;
  readonly rows: readonly ClusterRow[];
}

/** What a row of a table takes on disk. */
export interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly bytesPerRow: number;
  readonly indexBytesPerRow: number;
}

export interface ClustersResult extends Circumstances {
  /** Each of the last run that measured it. */
  readonly places: readonly PlaceResult[];
  readonly sizes: { readonly version: string; readonly slots: number; readonly tables: readonly TableSize[] } | null;
}
