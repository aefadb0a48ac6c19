import { randomBytes } from "node:crypto";
import {
  createOnAll,
  type DividedCluster,
  missingCluster,
  type NodeSettings,
  stopNodes,
  until,
} from "../cluster/cluster.ts";
import { createNetwork, type Network } from "../cluster/network.ts";
import type { EngineDefinition, Environment } from "../engine.ts";
import { postgres } from "../postgres/postgres.ts";
import { query } from "../postgres/query.ts";
import { freePorts } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { startEtcd } from "./etcd.ts";
import { type Member, memberInstallation, type PatroniStart } from "./node.ts";
import { type PatroniPrograms, patroniPrograms, postgresBin, python } from "./programs.ts";

/**
 * A primary and two standbys, of which Patroni promotes one when the primary is lost. The processes of a node are those
 * of its Patroni and of its server. A node that is cut off does not reach etcd, but still the others.
 */
export interface PatroniCluster extends DividedCluster {
  /** The place of the node that takes writes, or undefined while there is none. */
  primary(): Promise<number | undefined>;
  /** Makes another node the primary, in order. Resolves with its place. */
  switchOver(): Promise<number>;
}

const names = ["member-1", "member-2", "member-3"];
const definition: EngineDefinition = { ...postgres, title: "PostgreSQL with Patroni" };

export async function startPatroni(
  environment: Environment,
  settings: NodeSettings,
): Promise<PatroniCluster | undefined> {
  const found = await patroniPrograms(environment).catch((error: Error) => error);
  if (found instanceof Error) return missingCluster(definition.title, missingReason(found), environment);
  const servers: OwnServer[] = [];
  const network = createNetwork();
  const stop = async () => {
    await stopNodes(servers);
    network.close();
  };
  try {
    return { ...(await startMembers(found, environment, settings, network, servers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function missingReason({ message }: Error): string {
  return (
    `it could not be fetched (${message}). ` +
    "It is unpacked from the packages patroni, postgresql and etcd-server of a Debian system, and there is no other way to get it."
  );
}

/** The first sets up the data, and the others get a copy of them. */
async function startMembers(
  found: PatroniPrograms,
  environment: Environment,
  settings: NodeSettings,
  network: Network,
  servers: OwnServer[],
): Promise<Omit<PatroniCluster, "stop">> {
  const { server: etcd, programs } = await startEtcd(found, environment);
  servers.push(etcd);
  const start: PatroniStart = { programs, bin: await postgresBin(programs), python: await python(programs, []) };
  const controlPorts = await freePorts(names.length);
  const administrator = { name: "slotwright", password: randomBytes(12).toString("hex") };
  const startMember = async (name: string, place: number) => {
    const etcdPort = await wayToEtcd(network, place, etcd.url);
    const controlPort = controlPorts[place] as number;
    const member: Member = { name, controlPort, etcdPort, administrator, settings };
    return runServer(definition, memberInstallation(start, member), environment);
  };
  const first = await startMember(names[0] as string, 0);
  servers.push(first);
  const others = await Promise.allSettled(names.slice(1).map((name, index) => startMember(name, index + 1)));
  const nodes = [first];
  for (const other of others) if (other.status === "fulfilled") nodes.push(other.value);
  servers.push(...nodes.slice(1));
  for (const other of others) if (other.status === "rejected") throw other.reason;
  const controls = controlPorts.map((port) => `http://127.0.0.1:${port}`);
  const cluster = membersOf(nodes, controls);
  await cluster.settle();
  return { ...cluster, nodes, version: first.version, origin: first.origin, cut: network.cut, heal: network.heal };
}

function wayToEtcd(network: Network, from: number, url: string): Promise<number> {
  const target = () => ({ host: "127.0.0.1", port: Number(new URL(url).port) });
  return network.open({ to: names.length, host: "127.0.0.1", port: 0, from: () => from, target });
}

/** @param controls Where Patroni of each node takes commands. */
function membersOf(
  nodes: readonly OwnServer[],
  controls: readonly string[],
): Pick<PatroniCluster, "createDatabase" | "primary" | "settle" | "switchOver"> {
  const takesWrites = (place: number) => answers(`${controls[place]}/primary`);
  const primary = async () => {
    const found = await Promise.all(nodes.map((_, place) => takesWrites(place)));
    const place = found.indexOf(true);
    return place === -1 ? undefined : place;
  };
  const settle = () => {
    let forgetfulSince: number | undefined;
    return until("two standbys follow a primary", async () => {
      const place = await primary();
      if (place === undefined) return false;
      const node = nodes[place] as OwnServer;
      const { followers, waits } = await followersOf(node);
      const isFollowed = followers === nodes.length - 1;
      const knows = isFollowed && (await knowsSuccessor(controls[place] as string));
      if (knows) return waits;
      forgetfulSince = isFollowed ? (forgetfulSince ?? Date.now()) : undefined;
      if (forgetfulSince !== undefined && Date.now() - forgetfulSince > mostForgetfulMs) {
        forgetfulSince = undefined;
        await node.process.restart();
      }
      return false;
    }).catch(async (error: Error) => {
      throw new Error(`${error.message} ${await statesOf(controls)}`);
    });
  };
  return {
    primary,
    settle,
    createDatabase: () => createOnAll(nodes, async () => nodes[(await primary()) ?? 0] as OwnServer, postgres.client),
    async switchOver() {
      const former = await primary();
      if (former === undefined) throw new Error("There is no primary to switch over from.");
      const body = JSON.stringify({ leader: names[former] });
      const answer = await fetch(`${controls[former]}/switchover`, { method: "POST", body });
      if (!answer.ok) throw new Error(`Patroni did not switch over: ${await answer.text()}`);
      let next: number | undefined;
      await until("another node is the primary", async () => {
        next = await primary();
        return next !== undefined && next !== former;
      });
      return next as number;
    },
  };
}

/**
 * A primary that was stopped, and continued when another one had just taken over, may be the primary again and still
 * compare with an old copy of what etcd has. It then names no standby until it is started again. Patroni 3.1 notices
 * (https://github.com/patroni/patroni/issues/2779).
 */
const mostForgetfulMs = 20_000;

/** How many standbys receive what is written, and whether commits wait for one of them. */
async function followersOf({ url }: OwnServer): Promise<{ readonly followers: number; readonly waits: boolean }> {
  const [row] = await query(
    url,
    "select count(*)::int as followers, coalesce(bool_or(sync_state = 'sync'), false) as waits from pg_stat_replication where state = 'streaming'",
  ).catch(() => []);
  return { followers: Number(row?.followers ?? 0), waits: row?.waits === true };
}

/** Whether a standby is known to have all that is committed, so that it may take over. */
async function knowsSuccessor(control: string): Promise<boolean> {
  return (await membersSeenBy(control)).some(({ role }) => role === "sync_standby");
}

interface SeenMember {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

async function membersSeenBy(control: string): Promise<readonly SeenMember[]> {
  const answer = await fetch(`${control}/cluster`, { signal: AbortSignal.timeout(1_000) })
    .then((response) => response.json())
    .catch(() => ({}));
  return (answer as { readonly members?: readonly SeenMember[] }).members ?? [];
}

/** What each Patroni says of all of them. */
async function statesOf(controls: readonly string[]): Promise<string> {
  const told = controls.map(async (control, place) => {
    const members = (await membersSeenBy(control)).map(({ name, role, state }) => `${name} is ${role}, ${state}`);
    return `${names[place]} says: ${members.join("; ") || "nothing"}.`;
  });
  return (await Promise.all(told)).join(" ");
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
