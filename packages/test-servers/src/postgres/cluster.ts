import {
  createOnAll,
  type DistantCluster,
  type DividedCluster,
  missingCluster,
  type NodeSettings,
  stopNodes,
} from "../cluster/cluster.ts";
import { createNetwork, type Network } from "../cluster/network.ts";
import type { Administrator, Environment, Installation } from "../engine.ts";
import { runServer } from "../server/run.ts";
import { findInstallation, notFetched } from "../start.ts";
import type { OwnServer } from "../test-server.ts";
import { isAtLeast } from "../versions.ts";
import { promoteFurthest, waitForStandbys } from "./fail-over.ts";
import { nodeInstallation } from "./node.ts";
import { postgres } from "./postgres.ts";

/** A primary and two standbys. A commit waits until one of the standbys has it. */
export interface PostgresCluster extends DividedCluster, DistantCluster {
  /** The place of the primary among the nodes. */
  primary(): number;
  /**
   * Kills the primary, so that it can acknowledge nothing any longer, and promotes the standby that has received more.
   * Both standbys must answer: what was acknowledged is certain to be on one of them only. The former primary comes
   * back as a standby, by `restart`.
   */
  failOver(): Promise<void>;
}

const names = ["node_1", "node_2", "node_3"];
/** The first with the functions that begin and end a copy. */
const oldest = "15";

export async function startPostgresCluster(
  environment: Environment,
  settings: NodeSettings,
): Promise<PostgresCluster | undefined> {
  const programs = await findInstallation(postgres, environment, ["installed", "fetched"]).catch(notFetched);
  const reason = typeof programs === "string" ? `no server is installed, and ${programs}.` : tooOld(programs);
  if (typeof programs === "string" || reason !== undefined) {
    return missingCluster(postgres.title, reason ?? "", environment);
  }
  const nodes: OwnServer[] = [];
  const network = createNetwork();
  const stop = async () => {
    await stopNodes(nodes);
    network.close();
  };
  try {
    const cluster = await startNodes(programs, environment, settings, network, nodes);
    return { ...cluster, nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function tooOld({ version }: Installation): string | undefined {
  return isAtLeast(version, oldest) ? undefined : `${version} is older than ${oldest}.`;
}

async function startNodes(
  programs: Installation,
  environment: Environment,
  settings: NodeSettings,
  network: Network,
  nodes: OwnServer[],
): Promise<Omit<PostgresCluster, "nodes" | "stop">> {
  let primary = 0;
  const parted = new Set<number>();
  const nodeOf = (place: number) => nodes[place] as OwnServer;
  const way = waysOn(network, (place) => nodeOf(place).url);
  for (const [place, name] of names.entries()) {
    const node = {
      name,
      names,
      settings,
      primary: () => (place === primary ? undefined : way({ place }, { place: primary })),
      hasParted: () => parted.has(place),
      rejoins: () => void parted.delete(place),
      ...(place > 0 && { administrator: administratorOf(nodeOf(0)) }),
    };
    nodes.push(await runServer(postgres, nodeInstallation(programs, node), environment));
  }
  const settle = () => waitForStandbys(nodeOf(primary), names.length - 1);
  await settle();
  return {
    cut: network.cut,
    heal: network.heal,
    slow: network.slow,
    settle,
    version: nodeOf(primary).version,
    origin: nodeOf(primary).origin,
    primary: () => primary,
    createDatabase: () => createOnAll(nodes, () => nodeOf(primary), postgres.client),
    async failOver() {
      const former = primary;
      await nodeOf(former).process.kill();
      const standbys = names.map((name, place) => ({ name, place, url: nodeOf(place).url }));
      primary = (
        await promoteFurthest(
          standbys.filter(({ place }) => place !== former),
          way,
        )
      ).place;
      parted.add(former);
    },
  };
}

interface Place {
  readonly place: number;
}

/** The URL at which one node reaches another: a way that can be cut. */
function waysOn(network: Network, urlOf: (place: number) => string): (from: Place, to: Place) => Promise<string> {
  const ports = new Map<string, Promise<number>>();
  return async ({ place: from }, { place: to }) => {
    const name = `${from} ${to}`;
    const target = () => ({ host: "127.0.0.1", port: Number(new URL(urlOf(to)).port) });
    const port = ports.get(name) ?? network.open({ to, host: "127.0.0.1", port: 0, from: () => from, target });
    ports.set(name, port);
    return Object.assign(new URL(urlOf(to)), { port: `${await port}` }).href;
  };
}

function administratorOf({ url }: OwnServer): Administrator {
  const { username: name, password } = new URL(url);
  return { name, password };
}
