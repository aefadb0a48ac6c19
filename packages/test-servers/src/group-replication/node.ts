import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { NodeSettings } from "../cluster/cluster.ts";
import type { DatabaseClient, EngineDefinition, Installation } from "../engine.ts";
import { query, queryAll } from "../mysql-family/client.ts";
import { mysql, mysqlInstallation } from "../mysql-family/mysql.ts";
import type { GroupPrograms } from "./programs.ts";

/** Whether one node takes writes, or each of them. */
export type Primaries = "one" | "each";

/** The user with whom a node fetches what it has missed. */
export interface RecoveryUser {
  readonly name: string;
  readonly password: string;
}

export interface Node {
  readonly place: number;
  /** The ports of the ways to all nodes, on which they talk to one another. */
  readonly ways: readonly number[];
  /** The identity of the group. */
  readonly group: string;
  readonly primaries: Primaries;
  readonly settings: NodeSettings;
}

/** The programs as one node of a group. */
export function nodeInstallation(programs: GroupPrograms, node: Node): Installation {
  return mysqlInstallation(programs, nodeSettings(programs, node));
}

export const title = "MySQL Group Replication";

/** How a node joins its group. */
export interface Joining {
  /** True until the first node is up: it begins the group. All others join. */
  readonly begins: () => boolean;
  readonly user: RecoveryUser;
  /** Resolves when no other member takes this server for one that is still there. Until then, they do not let it in. */
  readonly missed: (url: string) => Promise<void>;
  /** Is told which process the server is, before it talks to any other. */
  readonly runs: (server: RunningServer) => void;
}

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

export function groupDefinition(joining: Joining): EngineDefinition {
  return { ...mysql, title, client: memberClient(joining) };
}

/** A node answers when it is a member that has all that the others have. Until then, it is told to join. */
function memberClient(joining: Joining): DatabaseClient {
  return {
    ...mysql.client,
    version: async (url) => {
      const state = await memberState(url);
      if (state === "OFFLINE" || state === "ERROR") await join(url, joining);
      if (state !== "ONLINE") throw new Error(`the node is not a member of its group (${state})`);
      return mysql.client.version(url);
    },
    // Sessions that wait for the group would keep the server from ending for a minute. They end once it has left.
    prepareShutdown: leaveGroup,
  };
}

/** As the node itself sees it. */
async function memberState(url: string): Promise<string> {
  const [member] = await query(
    url,
    "SELECT member_state FROM performance_schema.replication_group_members WHERE member_id IN (@@server_uuid, '')",
  );
  return String(member?.MEMBER_STATE ?? member?.member_state ?? "OFFLINE");
}

/** How many members are online, as this node sees it. */
export async function membersSeenBy(url: string): Promise<number> {
  return (await portsOf(url, "member_state = 'ONLINE'")).length;
}

/** Resolves when this node has applied what the group has committed, which a node that is out of it cannot. */
export async function catchUp(url: string): Promise<void> {
  await queryAll(url, [
    "SET SESSION group_replication_consistency = 'BEFORE', wait_timeout = 5",
    "SELECT host FROM mysql.user LIMIT 1",
  ]);
}

/** Whether this node counts the other one among its members, reachable or not. */
export async function hasMember(url: string, other: string): Promise<boolean> {
  return (await portsOf(url, "member_state <> 'OFFLINE'")).includes(new URL(other).port);
}

async function portsOf(url: string, which: string): Promise<readonly string[]> {
  const rows = await query(
    url,
    `SELECT member_port AS port FROM performance_schema.replication_group_members WHERE ${which}`,
  );
  return rows.map(({ port }) => String(port));
}

async function join(url: string, { begins, user, missed, runs }: Joining): Promise<void> {
  await leaveGroup(url);
  await missed(url);
  const [server] = await query(url, "SELECT @@pid_file AS file");
  runs({ pid: Number(await readFile(String(server?.file), "utf8")), port: Number(new URL(url).port) });
  await createUser(url, user);
  const isFirst = begins();
  if (isFirst) await query(url, "SET GLOBAL group_replication_bootstrap_group = ON");
  await query(url, `START GROUP_REPLICATION USER = '${user.name}', PASSWORD = '${user.password}'`);
  if (isFirst) await query(url, "SET GLOBAL group_replication_bootstrap_group = OFF");
  // A server that has left its group by itself lets nobody in but administrators, and goes on so when it is back.
  await query(url, "SET GLOBAL offline_mode = OFF");
}

/**
 * MySQL may forget sessions that wait for the group when their server is expelled, and then waits for them itself. They
 * are ended, as an administrator would do it.
 */
async function leaveGroup(url: string): Promise<void> {
  let hasLeft = false;
  const left = query(url, "STOP GROUP_REPLICATION").finally(() => {
    hasLeft = true;
  });
  left.catch(() => {});
  for (;;) {
    await Promise.race([left, wait(leavingMs)]);
    if (hasLeft) break;
    await endForgotten(url);
  }
  await left;
}

/** As a rule, a server has left after some three seconds. */
const leavingMs = 6_000;

async function endForgotten(url: string): Promise<void> {
  const forgotten =
    "SELECT id AS id FROM information_schema.processlist WHERE state LIKE 'Executing hook on transaction begin%'";
  for (const { id } of await query(url, forgotten)) {
    // It may have ended by itself.
    await query(url, `KILL ${id}`).catch(() => {});
  }
}

/**
 * Nodes talk to one another as this user, also before they are members. So each node makes it for itself, and only once:
 * for that it takes writes, and one by a client would keep it out of the group for good.
 */
async function createUser(url: string, { name, password }: RecoveryUser): Promise<void> {
  if ((await query(url, `SELECT user FROM mysql.user WHERE user = '${name}'`)).length > 0) return;
  const account = `'${name}'@'127.0.0.1'`;
  const rights = "REPLICATION SLAVE, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM";
  await queryAll(url, [
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    `CREATE USER ${account} IDENTIFIED BY '${password}'`,
    `GRANT ${rights} ON *.* TO ${account}`,
    "SET GLOBAL super_read_only = ON",
  ]);
}

/** A member that is silent for five seconds, which cannot be changed, is expelled without a further wait. */
function nodeSettings({ plugins }: GroupPrograms, { place, ways, group, ...node }: Node): readonly string[] {
  const settings = {
    "group-name": group,
    // The server's own port is where they talk. What the others learn is the way there, which can be cut.
    "communication-stack": "MYSQL",
    "local-address": addressOf(ways[place]),
    "group-seeds": ways.map(addressOf).join(","),
    "start-on-boot": "OFF",
    "recovery-get-public-key": "ON",
    "member-expel-timeout": "0",
    // The tests tell it to join. An attempt of its own, begun while nothing gets through, would stand in the way.
    "autorejoin-tries": "0",
    "single-primary-mode": node.primaries === "one" ? "ON" : "OFF",
    "enforce-update-everywhere-checks": node.primaries === "one" ? "OFF" : "ON",
  };
  return [
    `--plugin-dir=${plugins}`,
    "--plugin-load-add=group_replication.so",
    ...Object.entries(settings).map(([name, value]) => `--loose-group-replication-${name}=${value}`),
    `--server-id=${place + 1}`,
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--report-host=127.0.0.1",
    // The group turns it off where writes are taken. Until then, nobody may write to a node by itself.
    "--super-read-only=ON",
    "--innodb-buffer-pool-size=64M",
    ...Object.entries(node.settings).map(([name, value]) => `--${name}=${value}`),
  ];
}

const addressOf = (port: number | undefined): string => `127.0.0.1:${port}`;
