import { setTimeout as sleep } from "node:timers/promises";
import { type EngineName, loadEngine, type SqlConnection } from "@slotwright/lab/engines";
import type { DividedCluster, OwnServer, PatroniCluster, PostgresCluster } from "@slotwright/test-servers";
import type { Chance, ClusterFault } from "./nodes.ts";

/** What faults need of a cluster. Nothing is asked of it before one strikes, so the names of faults are known without it. */
export type Afflicted = Pick<DividedCluster, "nodes" | "cut" | "heal">;

const absent = (): never => {
  throw new Error("This cluster was not started.");
};

/** In place of a cluster that was not started. */
export const notStarted = {
  nodes: [],
  cut: absent,
  heal: absent,
  primary: absent,
  primaries: absent,
  failOver: absent,
  switchOver: absent,
};

/** What becomes of one node. */
export interface Harm {
  readonly key: string;
  readonly title: string;
  readonly strike: (place: number) => Promise<void>;
  readonly mend: (place: number) => Promise<void>;
}

/** Nodes that faults choose among. */
export interface Victims {
  readonly name: string;
  readonly places: () => readonly number[] | Promise<readonly number[]>;
}

export function harmsTo(cluster: Pick<Afflicted, "nodes">): readonly Harm[] {
  const processOf = (place: number) => (cluster.nodes[place] as OwnServer).process;
  return [
    {
      key: "killed",
      title: "is killed with SIGKILL, and comes back",
      strike: (place) => processOf(place).kill(),
      mend: (place) => processOf(place).restart(),
    },
    {
      key: "stopped",
      title: "is stopped with SIGSTOP, and continued",
      strike: (place) => processOf(place).pause(),
      mend: (place) => processOf(place).resume(),
    },
    {
      key: "restarted",
      title: "is shut down in order, and started again",
      strike: (place) => processOf(place).restart(),
      mend: async () => {},
    },
  ];
}

/** @param whom Whom a node that is cut off does not reach. */
export function divisionsOf(
  { cut, heal }: Omit<Afflicted, "nodes">,
  whom = "the others, nor they it",
): readonly Harm[] {
  const title = `cannot reach ${whom}, for a while; clients still reach all of them`;
  return [{ key: "cut-off", title, strike: async (place) => cut(place), mend: async (place) => heal(place) }];
}

/** A node that applies nothing, as while a backup is made of it. The others go on until it is too far behind. */
export function lagOf(engine: EngineName, { nodes }: Pick<Afflicted, "nodes">): Harm {
  const locks = new Map<number, SqlConnection>();
  return {
    key: "lagging",
    title: "applies nothing that others have committed for a while, and still answers",
    async strike(place) {
      const connection = await (await loadEngine(engine)).connect(nodes[place]?.url as string);
      await connection.query("FLUSH TABLES WITH READ LOCK");
      locks.set(place, connection);
    },
    // The lock ends with its connection.
    mend: async (place) => locks.get(place)?.close(),
  };
}

export function faultsOf(harms: readonly Harm[], { name, places }: Victims): readonly ClusterFault[] {
  return harms.map(({ key, title, strike, mend }) => ({
    key: `${name}.${key}`,
    title: `a ${name} ${title}`,
    harm: async (chance, struck) => {
      const place = oneOf(await places(), chance);
      struck();
      await strike(place);
      await sleep(chance.lastingMs);
      await mend(place);
    },
  }));
}

const oneOf = (places: readonly number[], { node }: Chance): number => places[node % places.length] as number;

const before: Readonly<Record<string, string>> = {
  killed: "is killed, and a standby is promoted",
  stopped: "hangs, and then it is killed, and a standby is promoted",
  "cut-off": "cannot reach its standbys, and then it is killed, and one of them is promoted",
};

/** Faults of the primary after which it is no longer the primary, and comes back as a standby. */
export function replacementsOf(
  cluster: Afflicted & Pick<PostgresCluster, "primary" | "failOver">,
  harms: readonly Harm[],
): readonly ClusterFault[] {
  const preceding = harms.filter(({ key }) => key in before);
  return preceding.map(({ key, strike }) => ({
    key: `primary.replaced-${key}`,
    title: `the primary ${before[key]}; it comes back as a standby`,
    harm: async ({ lastingMs }, struck) => {
      const former = cluster.primary();
      await strike(former);
      await sleep(lastingMs);
      // What counts is the change of the primary, and not for how long nobody asks for it.
      struck();
      await cluster.failOver();
      cluster.heal(former);
      await (cluster.nodes[former] as OwnServer).process.restart();
    },
  }));
}

const untilReplaced: Readonly<Record<string, string>> = {
  killed: "is killed",
  stopped: "hangs",
  "cut-off": "does not reach etcd",
};

/** Faults of the primary that last until Patroni has made another node the primary. */
export function replacementsByPatroni(
  { primary }: Pick<PatroniCluster, "primary">,
  harms: readonly Harm[],
): readonly ClusterFault[] {
  const lasting = harms.filter(({ key }) => key in untilReplaced);
  return lasting.map(({ key, strike, mend }) => ({
    key: `primary.replaced-${key}`,
    title: `the primary ${untilReplaced[key]} until Patroni has made another node the primary`,
    harm: async (_chance, struck) => {
      const former = (await primary()) as number;
      struck();
      await strike(former);
      await replacement(primary, former);
      await mend(former);
    },
  }));
}

/** Milliseconds. Patroni's clock needs some ten seconds. */
const mostPatience = 60_000;

async function replacement(primary: PatroniCluster["primary"], former: number): Promise<void> {
  const deadline = Date.now() + mostPatience;
  for (;;) {
    const next = await primary();
    if (next !== undefined && next !== former) return;
    if (Date.now() > deadline)
      throw new Error(`Patroni has replaced no primary within ${mostPatience / 1000} seconds.`);
    await sleep(50);
  }
}

export function switchoverOf({ switchOver }: Pick<PatroniCluster, "switchOver">): ClusterFault {
  return {
    key: "primary.replaced-in-order",
    title: "another node becomes the primary, in order",
    harm: async (_chance, struck) => {
      struck();
      await switchOver();
    },
  };
}
