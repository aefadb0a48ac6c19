import { setTimeout as wait } from "node:timers/promises";
import type { Environment } from "../engine.ts";
import { announce } from "../missing.ts";
import { freePorts } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { addressOf, galera, type Node, type NodePorts, nodeInstallation } from "./node.ts";
import { type GaleraPrograms, galeraPrograms } from "./programs.ts";

/** An empty database on a {@link TestCluster}. */
export interface ClusterDatabase {
  /** An administrator's URL of this database on each node. */
  readonly urls: readonly string[];
  drop(): Promise<void>;
}

/** Servers that hold the same data, each of which takes reads and writes. */
export interface TestCluster {
  readonly version: string;
  readonly origin: string;
  /** They are killed, and brought back by `restart`, one by one. The last one that is killed cannot come back. */
  readonly nodes: readonly OwnServer[];
  createDatabase(): Promise<ClusterDatabase>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Where to look for the PATH, the cache folder and `CI`. Defaults to `process.env`. */
  readonly environment?: Environment;
}

const size = 3;

/**
 * A cluster of three nodes on the loopback address, as our own processes.
 *
 * @returns `undefined` if it is not available, after saying so on stderr.
 * @throws If it is not available and `CI=true`.
 */
export async function startCluster(_kind: "galera", options: ClusterOptions = {}): Promise<TestCluster | undefined> {
  const { environment = process.env } = options;
  const programs = await galeraPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return missingCluster(programs.message, environment);
  const nodes: OwnServer[] = [];
  const stop = async () => void (await Promise.all(nodes.map(stopNode)));
  try {
    await startNodes(programs, environment, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const [{ version, origin }] = nodes as [OwnServer];
  return { version, origin, nodes, createDatabase: () => createDatabase(nodes), stop };
}

/** Killed first: an orderly leave of all nodes takes seconds, and nobody needs their data. */
async function stopNode(node: OwnServer): Promise<void> {
  await node.process.kill();
  await node.stop();
}

function missingCluster(reason: string, environment: Environment): undefined {
  const line =
    `A cluster of ${galera.title} is SKIPPED: it could not be fetched (${reason}). ` +
    "It is unpacked from the package mariadb-server of a Debian system, and there is no other way to get it.";
  if (environment.CI === "true") throw new Error(line.replace("is SKIPPED", "is missing"));
  announce(line);
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

const longestLag = 10_000;

/** A database on all nodes. It comes to each of them a moment after it was created on one. */
async function createDatabase(nodes: readonly OwnServer[]): Promise<ClusterDatabase> {
  const [first] = nodes as [OwnServer];
  const { name, drop } = await first.createDatabase();
  const urls = nodes.map(({ url }) => Object.assign(new URL(url), { pathname: `/${name}` }).href);
  const deadline = Date.now() + longestLag;
  for (const url of urls) {
    while (!(await galera.client.version(url).then(Boolean, () => false))) {
      if (Date.now() > deadline) throw new Error(`The database did not come to all nodes (${new URL(url).host}).`);
      await wait(20);
    }
  }
  return { urls, drop };
}
