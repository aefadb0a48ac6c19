import type { EngineName } from "@slotwright/lab/engines";

/** Nodes of one cluster, ours or somebody else's. */
export interface Nodes {
  readonly engine: EngineName;
  /** The server's version, and where it came from. */
  readonly origin: string;
  readonly openDatabase: () => Promise<NodesDatabase>;
  /** What can be done to them. Empty if they are somebody else's. */
  readonly faults: readonly ClusterFault[];
  /** Resolves when all nodes are part of the cluster. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** An empty database on all nodes. */
export interface NodesDatabase {
  /** How each node is reached, and no other. */
  readonly urls: readonly string[];
  /** Where the engine of each node finds it. */
  readonly addresses: readonly string[];
  /** The URLs of the nodes that take writes at the moment. */
  readonly writable: () => readonly string[] | Promise<readonly string[]>;
  /** The URLs of the nodes that allow temporary tables, without which there is no audit. */
  readonly auditable: () => readonly string[] | Promise<readonly string[]>;
  readonly drop: () => Promise<void>;
}

/** Something that is done to a node while callers are at work. */
export interface ClusterFault {
  readonly key: string;
  /** A sentence that says what happens. */
  readonly title: string;
  /** Does the harm and ends it. It calls `struck` when the time without a booking begins to count. */
  readonly harm: (chance: Chance, struck: () => void) => Promise<void>;
}

/** What chance decides about a fault. */
export interface Chance {
  /** Which of the nodes, modulo their number. */
  readonly node: number;
  readonly lastingMs: number;
}

/** All nodes, beginning with this one: its engine follows the primary. */
export function addressFrom(urls: readonly string[], place: number): string {
  const first = new URL(urls[place] as string);
  const hosts = [...urls.slice(place), ...urls.slice(0, place)].map((url) => new URL(url).host);
  return first.href.replace(first.host, hosts.join(","));
}
