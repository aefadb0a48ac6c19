import { randomBytes, randomUUID } from "node:crypto";
import { createOnAll, missingCluster, type NodeSettings, stopNodes, type TestCluster } from "../cluster/cluster.ts";
import type { Environment } from "../engine.ts";
import { query } from "../mysql-family/client.ts";
import { mysql } from "../mysql-family/mysql.ts";
import { freePorts } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { groupDefinition, type Node, nodeInstallation, type Primaries, title } from "./node.ts";
import { type GroupPrograms, groupPrograms } from "./programs.ts";

/** A group of three. With one primary, the others choose the next one by themselves when it is lost. */
export interface GroupCluster extends TestCluster {
  /** The places of the nodes that take writes now, as they say themselves. */
  primaries(): Promise<readonly number[]>;
}

const size = 3;

/** Three nodes. The last one that is killed cannot come back. */
export async function startGroupReplication(
  environment: Environment,
  settings: NodeSettings,
  primaries: Primaries,
): Promise<GroupCluster | undefined> {
  const programs = await groupPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return missingCluster(title, missingReason(programs), environment);
  const nodes: OwnServer[] = [];
  const stop = () => stopNodes(nodes);
  try {
    await startNodes(programs, { settings, primaries }, environment, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const [{ version, origin }] = nodes as [OwnServer];
  const writable = async () => nodes[(await primariesOf(nodes))[0] ?? 0] as OwnServer;
  const createDatabase = () => createOnAll(nodes, writable, mysql.client);
  return { version, origin, nodes, primaries: () => primariesOf(nodes), createDatabase, stop };
}

function missingReason({ message }: Error): string {
  return (
    `it could not be fetched (${message}). ` +
    "It is unpacked from the package mysql-server-core of Debian unstable, and there is no other way to get it."
  );
}

/** The first begins the group, and the others get its data. */
async function startNodes(
  programs: GroupPrograms,
  how: Pick<Node, "settings" | "primaries">,
  environment: Environment,
  nodes: OwnServer[],
): Promise<void> {
  const ports = await freePorts(size);
  const definition = groupDefinition(() => nodes.length === 0, {
    name: "recovery",
    password: randomBytes(12).toString("hex"),
  });
  const group = randomUUID();
  const start = async (port: number, index: number) => {
    const node: Node = { number: index + 1, port, ports, group, ...how };
    nodes[index] = await runServer(definition, nodeInstallation(programs, node), environment);
  };
  const [first, ...others] = ports as readonly [number, ...number[]];
  await start(first, 0);
  const started = await Promise.allSettled(others.map((port, index) => start(port, index + 1)));
  for (const one of started) if (one.status === "rejected") throw one.reason;
}

async function primariesOf(nodes: readonly OwnServer[]): Promise<readonly number[]> {
  const readOnly = await Promise.all(
    nodes.map(({ url }) => query(url, "SELECT @@GLOBAL.super_read_only AS isReadOnly").catch(() => [])),
  );
  return nodes.map((_, place) => place).filter((place) => readOnly[place]?.[0]?.isReadOnly === 0);
}
