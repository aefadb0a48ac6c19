import { setTimeout as wait } from "node:timers/promises";
import type { DatabaseClient, Environment } from "../engine.ts";
import { skipped } from "../missing.ts";
import type { OwnServer } from "../test-server.ts";

/** An empty database on a {@link TestCluster}. */
export interface ClusterDatabase {
  /** An administrator's URL of this database on each node. */
  readonly urls: readonly string[];
  drop(): Promise<void>;
}

/** Servers that hold the same data. */
export interface TestCluster {
  readonly version: string;
  readonly origin: string;
  /** They are killed, and brought back by `restart`, one by one. */
  readonly nodes: readonly OwnServer[];
  createDatabase(): Promise<ClusterDatabase>;
  stop(): Promise<void>;
}

/** A {@link TestCluster} whose nodes can be cut off from one another, while clients still reach each of them. */
export interface DividedCluster extends TestCluster {
  /** From now on, nothing gets through between this node and the others: all is silent. */
  cut(place: number): void;
  /** Ends that. What was sent meanwhile arrives. */
  heal(place: number): void;
  /** Resolves when all nodes are part of it. */
  settle(): Promise<void>;
}

/** A cluster whose nodes can be as far from one another as in several data centres. */
export interface DistantCluster {
  /** From now on, a message between two nodes and its answer take so many milliseconds longer together. 0 ends that. */
  slow(roundTripMs: number): void;
}

/** Settings of each node, which count more than its own: options of the server, by name. */
export type NodeSettings = Readonly<Record<string, string>>;

/** Killed first: an orderly end of all nodes takes seconds, and nobody needs their data. */
export async function stopNodes(nodes: readonly OwnServer[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await node.process.kill();
      await node.stop();
    }),
  );
}

export function missingCluster(title: string, reason: string, environment: Environment): undefined {
  return skipped(`A cluster of ${title}`, reason, environment);
}

/** How long nodes may take to join, and a database to come to them, on a machine that does much else. */
const patience = 240_000;

export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = patience): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await wait(20);
  }
}

/** A database on all nodes, created and dropped through one that takes writes then. It comes to each of them a moment after it was created on one. */
export async function createOnAll(
  nodes: readonly OwnServer[],
  writable: () => OwnServer | Promise<OwnServer>,
  client: DatabaseClient,
): Promise<ClusterDatabase> {
  const { name } = await (await writable()).createDatabase();
  const urls = nodes.map(({ url }) => Object.assign(new URL(url), { pathname: `/${name}` }).href);
  for (const url of urls) {
    await until(`the database comes to ${new URL(url).host}`, () => client.version(url).then(Boolean, () => false));
  }
  // On a busy machine, a node may be out of its cluster for a moment.
  const isDropped = async () => client.dropDatabase((await writable()).url, name).then(() => true);
  return { urls, drop: () => until("the database is dropped", () => isDropped().catch(() => false)) };
}
