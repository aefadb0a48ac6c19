import { setTimeout as sleep } from "node:timers/promises";
import { loadEngine } from "@slotwright/lab/engines";
import { type GroupCluster, type NodeSettings, type OwnServer, startCluster } from "@slotwright/test-servers";
import { type Afflicted, divisionsOf, faultsOf, type Harm, harmsTo, lagOf } from "./faults.ts";
import { addressFrom, type ClusterFault, type Nodes } from "./nodes.ts";
import { withConnection } from "./plain-rows.ts";

/** A member that has lost the others leaves the group after some seconds, as docs/clusters.md advises. */
const leaves: NodeSettings = { "loose-group-replication-unreachable-majority-timeout": "3" };

/**
 * Until it has left, a primary that was cut off answers reads without what the next one has acknowledged, unless it is
 * told to wait for the group. With several primaries, the adapter tells it.
 */
const defaults: Readonly<Record<"one" | "each", NodeSettings>> = {
  one: { ...leaves, "loose-group-replication-consistency": "BEFORE" },
  each: leaves,
};

/** Members of a group of MySQL servers, of which one takes writes, or each. */
export async function startGroup(primaries: "one" | "each", settings?: NodeSettings): Promise<Nodes | undefined> {
  const cluster = await startCluster("group-replication", {
    primaries,
    settings: { ...defaults[primaries], ...settings },
  });
  if (cluster === undefined) return undefined;
  const { version, origin, settle, stop } = cluster;
  return {
    engine: "mysql",
    origin: `${version} (${origin})`,
    openDatabase: async () => {
      const { urls, drop } = await cluster.createDatabase();
      const writable = async () => (await cluster.primaries()).map((place) => urls[place] as string);
      const follow = () => urls.map((_, place) => addressFrom(urls, place));
      return { urls, addresses: primaries === "one" ? follow() : urls, writable, auditable: () => urls, drop };
    },
    faults: faultsOfGroup(primaries, cluster),
    settle,
    stop,
  };
}

type AfflictedGroup = Afflicted & Pick<GroupCluster, "primaries">;

export function faultsOfGroup(primaries: "one" | "each", cluster: AfflictedGroup): readonly ClusterFault[] {
  return primaries === "one" ? faultsOfPrimary(cluster) : faultsOf([...harmsTo(cluster), ...partings(cluster)], any);
}

const any = { name: "node", places: () => [0, 1, 2] };

function faultsOfPrimary(cluster: AfflictedGroup): readonly ClusterFault[] {
  const harms = [...harmsTo(cluster), ...partings(cluster)];
  const others = async () => {
    const primaries = await cluster.primaries();
    return any.places().filter((place) => !primaries.includes(place));
  };
  return [
    ...faultsOf(harms, { name: "secondary", places: others }),
    ...faultsOf(harms, { name: "primary", places: () => cluster.primaries() }),
    replacement(cluster, others),
  ];
}

/** What parts a node from the others for a while, or for so long that they go on without it. */
function partings(cluster: Afflicted): readonly Harm[] {
  return [...divisionsOf(cluster), ...expulsions(cluster), lagOf("mysql", cluster)];
}

/** What lasts until the group has gone on without the node. If that was the primary, it learns last that it is not. */
function expulsions({ nodes, cut, heal }: Afflicted): readonly Harm[] {
  const processOf = (place: number) => (nodes[place] as OwnServer).process;
  const onceAlone = (mend: Harm["mend"]) => async (place: number) => {
    try {
      await untilAlone(nodes.filter((_, other) => other !== place).map(({ url }) => url));
    } finally {
      await mend(place);
    }
  };
  return [
    {
      key: "expelled",
      title: "cannot reach the others until they have gone on without it, and joins them again",
      strike: async (place) => cut(place),
      mend: onceAlone(async (place) => heal(place)),
    },
    {
      key: "expelled-while-stopped",
      title: "is stopped with SIGSTOP until the others have gone on without it, is continued, and joins them again",
      strike: (place) => processOf(place).pause(),
      mend: onceAlone((place) => processOf(place).resume()),
    },
  ];
}

const members = "SELECT member_id FROM performance_schema.replication_group_members";

/** A group expels a member that is silent after some seconds. A machine that does much else takes longer. */
const patience = 120_000;

async function untilAlone(urls: readonly string[]): Promise<void> {
  const deadline = Date.now() + patience;
  for (const url of urls) {
    while ((await ask(url, members)).length > urls.length) {
      if (Date.now() > deadline) throw new Error("The others still have the member that was cut off from them.");
      await sleep(100);
    }
  }
}

/** Another one becomes the primary, as an administrator asks for it. */
function replacement({ nodes }: Afflicted, others: () => Promise<readonly number[]>): ClusterFault {
  return {
    key: "primary.replaced",
    title: "the primary is replaced by another member, in order",
    async harm({ node }, struck) {
      const places = await others();
      const { url } = nodes[places[node % places.length] as number] as OwnServer;
      struck();
      await ask(url, "SELECT group_replication_set_as_primary(@@server_uuid)");
    },
  };
}

async function ask(url: string, sql: string) {
  const { connect } = await loadEngine("mysql");
  return withConnection(connect, url, (connection) => connection.query(sql));
}
