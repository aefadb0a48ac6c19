import { setTimeout as wait } from "node:timers/promises";
import type { DatabaseClient, Environment } from "../engine.ts";
import { announce } from "../missing.ts";
import type { OwnServer } from "../test-server.ts";

/** An empty database on a {@link TestCluster}. */
export interface ClusterDatabase {
  /** An administrator's URL of this database on each node. */
  readonly urls: readonly string[];
  drop(): Promise<void>;
}

/** Servers that hold the same data. */
export interface TestCluster {
  readonly version: string;
  readonly origin: string;
  /** They are killed, and brought back by `restart`, one by one. */
  readonly nodes: readonly OwnServer[];
  createDatabase(): Promise<ClusterDatabase>;
  stop(): Promise<void>;
}

/** Killed first: an orderly end of all nodes takes seconds, and nobody needs their data. */
export async function stopNodes(nodes: readonly OwnServer[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await node.process.kill();
      await node.stop();
    }),
  );
}

/** On a developer's computer, skips and says why. In CI it fails, because a skip would look like success. */
export function missingCluster(title: string, reason: string, environment: Environment): undefined {
  const line = `A cluster of ${title} is SKIPPED: ${reason}`;
  if (environment.CI === "true") throw new Error(line.replace("is SKIPPED", "is missing"));
  announce(line);
}

const longestLag = 10_000;

/** A database on all nodes, created and dropped through one that takes writes then. It comes to each of them a moment after it was created on one. */
export async function createOnAll(
  nodes: readonly OwnServer[],
  writable: () => OwnServer | Promise<OwnServer>,
  client: DatabaseClient,
): Promise<ClusterDatabase> {
  const { name } = await (await writable()).createDatabase();
  const urls = nodes.map(({ url }) => Object.assign(new URL(url), { pathname: `/${name}` }).href);
  const deadline = Date.now() + longestLag;
  for (const url of urls) {
    while (!(await client.version(url).then(Boolean, () => false))) {
      if (Date.now() > deadline) throw new Error(`The database did not come to all nodes (${new URL(url).host}).`);
      await wait(20);
    }
  }
  return { urls, drop: async () => client.dropDatabase((await writable()).url, name) };
}
