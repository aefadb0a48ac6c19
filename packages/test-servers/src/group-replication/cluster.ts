import { randomBytes, randomUUID } from "node:crypto";
import type { Socket } from "node:net";
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
import { openerOf } from "../cluster/visitor.ts";
import type { EngineDefinition, Environment } from "../engine.ts";
import { query } from "../mysql-family/client.ts";
import { mysql } from "../mysql-family/mysql.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import {
  catchUp,
  groupDefinition,
  hasMember,
  membersSeenBy,
  type Node,
  nodeInstallation,
  type Primaries,
  type RunningServer,
  title,
} from "./node.ts";
import { type GroupPrograms, groupPrograms } from "./programs.ts";

/** A group of three. With one primary, the others choose the next one by themselves when it is lost. */
export interface GroupCluster extends DividedCluster, DistantCluster {
  /** The places of the nodes that take writes now, as they say themselves. */
  primaries(): Promise<readonly number[]>;
}

const size = 3;
/** One attempt to join gives up after a minute, and the next one may then begin. */
const patience = 100_000;

/** Three nodes. The last one that is killed cannot come back. */
export async function startGroupReplication(
  environment: Environment,
  settings: NodeSettings,
  primaries: Primaries,
): Promise<GroupCluster | undefined> {
  const programs = await groupPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return missingCluster(title, missingReason(programs), environment);
  const nodes: OwnServer[] = [];
  const network = createNetwork();
  const stop = async () => {
    await stopNodes(nodes);
    network.close();
  };
  let definitions: readonly EngineDefinition[];
  try {
    definitions = await startNodes(programs, { settings, primaries }, environment, network, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const [{ version, origin }] = nodes as [OwnServer];
  const writable = async () => nodes[(await primariesOf(nodes))[0] ?? 0] as OwnServer;
  const createDatabase = () => createOnAll(nodes, writable, mysql.client);
  const settle = async () => {
    await settleNodes(nodes, definitions);
    const writing = primaries === "one" ? 1 : size;
    await until("the group takes writes", async () => (await primariesOf(nodes)).length >= writing);
  };
  const { cut, heal, slow } = network;
  return { version, origin, nodes, primaries: () => primariesOf(nodes), createDatabase, cut, heal, slow, settle, stop };
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
  network: Network,
  nodes: OwnServer[],
): Promise<readonly EngineDefinition[]> {
  const running: RunningServer[] = [];
  const places = Array.from({ length: size }, (_, place) => place);
  const ways = await Promise.all(places.map((to) => openWayTo(network, to, running)));
  const user = { name: "recovery", password: randomBytes(12).toString("hex") };
  const group = randomUUID();
  const definitions = places.map((place) => {
    const runs = (server: RunningServer) => {
      running[place] = server;
    };
    return groupDefinition({ begins: () => nodes.length === 0, user, missed: (url) => untilMissed(url, nodes), runs });
  });
  const start = async (place: number) => {
    const installation = nodeInstallation(programs, { place, ways, group, ...how });
    nodes[place] = await runServer(definitions[place] as EngineDefinition, installation, environment);
  };
  const [first, ...others] = places as [number, ...number[]];
  await start(first);
  const started = await Promise.allSettled(others.map(start));
  for (const one of started) if (one.status === "rejected") throw one.reason;
  return definitions;
}

/** All nodes have the same address and tell each other's port, so who comes along is told by the process that it is. */
function openWayTo(network: Network, to: number, running: readonly (RunningServer | undefined)[]): Promise<number> {
  const host = "127.0.0.1";
  const from = async (visitor: Socket) => {
    const pid = await openerOf(
      visitor,
      running.flatMap((one) => one?.pid ?? []),
    );
    return pid === undefined ? undefined : running.findIndex((one) => one?.pid === pid);
  };
  const target = () => ({ host, port: running[to]?.port ?? 0 });
  return network.open({ to, host, port: 0, from, target });
}

/**
 * A node that was expelled, or that leaves, believes that it is a member until it hears of it. So each has to see all of
 * them, and to wait for the group.
 */
async function settleNodes(nodes: readonly OwnServer[], definitions: readonly EngineDefinition[]): Promise<void> {
  const isWhole = async ({ url }: OwnServer, place: number) => {
    await definitions[place]?.client.version(url);
    await catchUp(url);
    return (await membersSeenBy(url)) === size;
  };
  // All at once: a node that has left is told to join when it is asked, and the others wait for it.
  const settle = (node: OwnServer, place: number) =>
    until("all nodes are members of the group", () => isWhole(node, place).catch(() => false), patience);
  await Promise.all(nodes.map(settle));
}

async function untilMissed(url: string, nodes: readonly (OwnServer | undefined)[]): Promise<void> {
  const others = nodes.flatMap((node) => (node === undefined || node.url === url ? [] : node.url));
  const hasIt = (other: string) => hasMember(other, url).catch(() => false);
  await until("the others have missed the node", async () => !(await Promise.all(others.map(hasIt))).includes(true));
}

async function primariesOf(nodes: readonly OwnServer[]): Promise<readonly number[]> {
  const readOnly = await Promise.all(
    nodes.map(({ url }) => query(url, "SELECT @@GLOBAL.super_read_only AS isReadOnly").catch(() => [])),
  );
  return nodes.map((_, place) => place).filter((place) => readOnly[place]?.[0]?.isReadOnly === 0);
}
