import { setTimeout as sleep } from "node:timers/promises";
import type { DividedCluster, OwnServer, PostgresCluster, TestCluster } from "@slotwright/test-servers";
import type { Chance, ClusterFault } from "./nodes.ts";

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
  readonly places: () => readonly number[];
}

export function harmsTo(cluster: TestCluster): readonly Harm[] {
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
      strike: async () => {},
      mend: (place) => processOf(place).restart(),
    },
  ];
}

export function divisionsOf({ cut, heal }: DividedCluster): readonly Harm[] {
  const title = "cannot reach the others, nor they it, for a while; clients still reach all of them";
  return [{ key: "cut-off", title, strike: async (place) => cut(place), mend: async (place) => heal(place) }];
}

export function faultsOf(harms: readonly Harm[], { name, places }: Victims): readonly ClusterFault[] {
  return harms.map(({ key, title, strike, mend }) => ({
    key: `${name}.${key}`,
    title: `a ${name} ${title}`,
    harm: async (chance, struck) => {
      const place = oneOf(places(), chance);
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
export function replacementsOf(cluster: PostgresCluster, harms: readonly Harm[]): readonly ClusterFault[] {
  const preceding = harms.filter(({ key }) => key in before);
  return preceding.map(({ key, strike }) => ({
    key: `primary.replaced-${key}`,
    title: `the primary ${before[key]}; it comes back as a standby`,
    harm: async ({ lastingMs }, struck) => {
      const former = cluster.primary();
      await strike(former);
      await sleep(lastingMs);
      struck();
      await cluster.failOver();
      cluster.heal(former);
      await (cluster.nodes[former] as OwnServer).process.restart();
    },
  }));
}
