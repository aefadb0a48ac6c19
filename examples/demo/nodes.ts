import { type FreshDatabase, loadEngine, NoDatabaseError } from "@slotwright/lab/engines";
import { type DividedCluster, startCluster } from "@slotwright/test-servers";
import type { LedgerEntry } from "./ledger.ts";
import { isWin } from "./report.ts";

/** Servers with the same data, one of which is killed during the race. */
export interface DemoNodes {
  /** For each node the URL of a process that begins with it, and knows the others. */
  readonly addresses: readonly string[];
  /** The URL of each node alone. */
  readonly urls: readonly string[];
  /** Kills a node as soon as a third of the seats are booked. */
  readonly watch: (booked: number, seats: number) => void;
  /** Brings the node back, and says what came of it. */
  readonly bringBack: (ledger: readonly LedgerEntry[]) => Promise<readonly string[]>;
}

export interface ClusterDatabase extends FreshDatabase {
  readonly nodes: DemoNodes;
}

/**
 * A database on three nodes of MariaDB with Galera, each of which takes writes. They go with the demo.
 * @throws NoDatabaseError
 */
export async function createGaleraDatabase(signal: AbortSignal): Promise<ClusterDatabase> {
  process.stdout.write("Starting three nodes of MariaDB with Galera. They are fetched the first time.\n");
  // The audit reads by the driver alone, and must not miss what another node has acknowledged.
  const cluster = await startCluster("galera", { settings: { "wsrep-sync-wait": "7" } });
  if (cluster === undefined) throw new NoDatabaseError("There is no Galera cluster here.");
  try {
    signal.throwIfAborted();
    return onCluster(cluster, (await cluster.createDatabase()).urls);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function onCluster(cluster: DividedCluster, urls: readonly string[]): ClusterDatabase {
  const hosts = urls.map((url) => new URL(url).host);
  const shown = new URL(urls[0] as string);
  shown.password = "";
  const gone = "The database is removed with its nodes.";
  return {
    address: urls[0] as string,
    shown: shown.href.replace(shown.host, hosts.join(",")),
    origin: `${cluster.version} (${cluster.origin}), three nodes of Galera`,
    afterwards: { kept: gone, gone },
    end: () => cluster.stop(),
    nodes: nodesOf(cluster, urls),
  };
}

/** Not the first: the program that shows all this begins there. */
const victim = 1;

interface Killed {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly booked: number;
}

function nodesOf(cluster: DividedCluster, urls: readonly string[]): DemoNodes {
  const node = cluster.nodes[victim]?.process;
  let killed: Promise<Killed> | undefined;
  const kill = async (booked: number): Promise<Killed> => {
    await node?.kill();
    return { at: Date.now(), booked };
  };
  return {
    addresses: urls.map((_, place) => addressFrom(urls, place)),
    urls,
    watch(booked, seats) {
      if (booked >= seats / 3) killed ??= kill(booked);
    },
    async bringBack(ledger) {
      if (killed === undefined)
        return ["The race was over before a third of the seats were known to be booked, so none was killed."];
      const before = await killed;
      const left = await membersSeenBy(urls[0] as string);
      const since = performance.now();
      await node?.restart();
      await cluster.settle();
      const back = seconds(performance.now() - since);
      return [
        ...whatCameOf(before, ledger),
        `Meanwhile, the cluster had ${left} nodes.`,
        `Node ${victim + 1} was started again, and is back with all that it had missed after ${back}.`,
      ];
    },
  };
}

/** How many nodes the cluster of this one has, as it says itself. */
async function membersSeenBy(url: string): Promise<string> {
  const connection = await (await loadEngine("mariadb")).connect(url);
  try {
    const [row] = await connection.query("SHOW STATUS LIKE 'wsrep_cluster_size'");
    return String(row?.Value);
  } finally {
    await connection.close();
  }
}

/** All nodes in one URL, beginning with this one. */
function addressFrom(urls: readonly string[], place: number): string {
  const first = new URL(urls[place] as string);
  const hosts = [...urls.slice(place), ...urls.slice(0, place)].map((url) => new URL(url).host);
  return first.href.replace(first.host, hosts.join(","));
}

/** What callers noticed of it. */
export function whatCameOf({ at, booked }: Killed, ledger: readonly LedgerEntry[]): readonly string[] {
  const later = ledger.filter((entry) => isWin(entry) && entry.answeredAt - entry.ms >= at);
  const next = later.map(({ answeredAt }) => answeredAt - at).sort((a, b) => a - b)[0];
  const longest = Math.max(0, ...ledger.map(({ ms }) => ms));
  return [
    `Node ${victim + 1} was killed when ${booked} seats were known to be booked. Its callers went on at the other nodes.`,
    next === undefined
      ? "No booking was made that was asked for after that."
      : `The next booking that was asked for after that was made ${seconds(next)} after the kill.`,
    `The longest that a caller waited for an answer: ${seconds(longest)}.`,
  ];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
