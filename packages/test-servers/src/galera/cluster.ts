import {
  createOnAll,
  type DistantCluster,
  type DividedCluster,
  missingCluster,
  type NodeSettings,
  stopNodes,
  until,
} from "../cluster/cluster.ts";
import { createNetwork, type Network } from "../cluster/network.ts";
import type { Environment } from "../engine.ts";
import { freePorts } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { galera, groupAddress, type Node, type NodePorts, nodeInstallation, openWayTo } from "./node.ts";
import { type GaleraPrograms, galeraPrograms } from "./programs.ts";

const size = 3;

/** Three nodes, each of which takes writes. The last one that is killed cannot come back. */
export async function startGalera(
  environment: Environment,
  settings: NodeSettings,
): Promise<(DividedCluster & DistantCluster) | undefined> {
  const programs = await galeraPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return missingCluster(galera.title, missingReason(programs), environment);
  const nodes: OwnServer[] = [];
  const network = createNetwork();
  const stop = async () => {
    await stopNodes(nodes);
    network.close();
  };
  try {
    await startNodes(programs, environment, settings, network, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes as [OwnServer];
  const { version, origin } = first;
  const { cut, heal, slow } = network;
  const createDatabase = () => createOnAll(nodes, () => first, galera.client);
  return { version, origin, nodes, createDatabase, cut, heal, slow, settle: () => settle(nodes), stop };
}

function missingReason({ message }: Error): string {
  return (
    `it could not be fetched (${message}). ` +
    "It is unpacked from the package mariadb-server of a Debian system, and there is no other way to get it."
  );
}

/** One after another: the first begins the cluster, and each of the others gets its data from one that is there. */
async function startNodes(
  programs: GaleraPrograms,
  environment: Environment,
  settings: NodeSettings,
  network: Network,
  nodes: OwnServer[],
): Promise<void> {
  const ports = await freePorts(3 * size);
  const portsOf = (index: number): NodePorts => {
    const [group = 0, changes = 0, copy = 0] = ports.slice(3 * index);
    return { group, changes, copy };
  };
  const places = Array.from({ length: size }, (_, place) => place);
  for (const place of places) await openWayTo(network, place, portsOf);
  for (const place of places) {
    const others = places.filter((one) => one !== place).map((one) => groupAddress(one, portsOf(one)));
    const node: Node = { place, ports: portsOf(place), others, settings, begins: () => nodes.length === 0 };
    nodes.push(await runServer(galera, nodeInstallation(programs, node), environment));
  }
}

async function settle(nodes: readonly OwnServer[]): Promise<void> {
  for (const { url } of nodes) {
    await until("all nodes are part of the cluster", () => galera.client.version(url).then(Boolean, () => false));
  }
}
