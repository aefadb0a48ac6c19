import { createOnAll, missingCluster, stopNodes, type TestCluster } from "../cluster/cluster.ts";
import type { Administrator, Environment, Installation } from "../engine.ts";
import { runServer } from "../server/run.ts";
import { findInstallation, notFetched } from "../start.ts";
import type { OwnServer } from "../test-server.ts";
import { isAtLeast } from "../versions.ts";
import { promoteFurthest, waitForStandbys } from "./fail-over.ts";
import { nodeInstallation } from "./node.ts";
import { postgres } from "./postgres.ts";

/** A primary and two standbys. A commit waits until one of the standbys has it. */
export interface PostgresCluster extends TestCluster {
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

export async function startPostgresCluster(environment: Environment): Promise<PostgresCluster | undefined> {
  const programs = await findInstallation(postgres, environment, ["installed", "fetched"]).catch(notFetched);
  const reason = typeof programs === "string" ? `no server is installed, and ${programs}.` : tooOld(programs);
  if (typeof programs === "string" || reason !== undefined) {
    return missingCluster(postgres.title, reason ?? "", environment);
  }
  const nodes: OwnServer[] = [];
  const stop = () => stopNodes(nodes);
  try {
    const cluster = await startNodes(programs, environment, nodes);
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
  nodes: OwnServer[],
): Promise<Omit<PostgresCluster, "nodes" | "stop">> {
  let primary = 0;
  const parted = new Set<number>();
  const nodeOf = (place: number) => nodes[place] as OwnServer;
  for (const [place, name] of names.entries()) {
    const node = {
      name,
      names,
      primary: () => (place === primary ? undefined : nodeOf(primary).url),
      hasParted: () => parted.has(place),
      rejoins: () => void parted.delete(place),
      ...(place > 0 && { administrator: administratorOf(nodeOf(0)) }),
    };
    nodes.push(await runServer(postgres, nodeInstallation(programs, node), environment));
  }
  await waitForStandbys(nodeOf(primary), names.length - 1);
  return {
    version: nodeOf(primary).version,
    origin: nodeOf(primary).origin,
    primary: () => primary,
    createDatabase: () => createOnAll(nodes, () => nodeOf(primary), postgres.client),
    async failOver() {
      const former = primary;
      await nodeOf(former).process.kill();
      const standbys = names.map((name, place) => ({ name, place, url: nodeOf(place).url }));
      primary = (await promoteFurthest(standbys.filter(({ place }) => place !== former))).place;
      parted.add(former);
    },
  };
}

function administratorOf({ url }: OwnServer): Administrator {
  const { username: name, password } = new URL(url);
  return { name, password };
}
