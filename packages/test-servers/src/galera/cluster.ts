import { createOnAll, missingCluster, stopNodes, type TestCluster } from "../cluster/cluster.ts";
import type { Environment } from "../engine.ts";
import { freePorts } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { addressOf, galera, type Node, type NodePorts, nodeInstallation } from "./node.ts";
import { type GaleraPrograms, galeraPrograms } from "./programs.ts";

const size = 3;

/** Three nodes, each of which takes writes. The last one that is killed cannot come back. */
export async function startGalera(environment: Environment): Promise<TestCluster | undefined> {
  const programs = await galeraPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return missingCluster(galera.title, missingReason(programs), environment);
  const nodes: OwnServer[] = [];
  const stop = () => stopNodes(nodes);
  try {
    await startNodes(programs, environment, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes as [OwnServer];
  const { version, origin } = first;
  return { version, origin, nodes, createDatabase: () => createOnAll(nodes, () => first, galera.client), stop };
}

function missingReason({ message }: Error): string {
  return (
    `it could not be fetched (${message}). ` +
    "It is unpacked from the package mariadb-server of a Debian system, and there is no other way to get it."
  );
}

/** One after another: the first begins the cluster, and each of the others gets its data from one that is there. */
async function startNodes(programs: GaleraPrograms, environment: Environment, nodes: OwnServer[]): Promise<void> {
  const ports = await freePorts(3 * size);
  const portsOf = (index: number): NodePorts => {
    const [group = 0, changes = 0, copy = 0] = ports.slice(3 * index);
    return { group, changes, copy };
  };
  const addresses = Array.from({ length: size }, (_, index) => addressOf(portsOf(index)));
  for (let index = 0; index < size; index++) {
    const node: Node = { number: index + 1, ports: portsOf(index), addresses, begins: () => nodes.length === 0 };
    nodes.push(await runServer(galera, nodeInstallation(programs, node), environment));
  }
}
