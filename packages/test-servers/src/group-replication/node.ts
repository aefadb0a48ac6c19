import type { NodeSettings } from "../cluster/cluster.ts";
import type { DatabaseClient, EngineDefinition, Installation } from "../engine.ts";
import { query } from "../mysql-family/client.ts";
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
  readonly number: number;
  /** Where the node talks to the others. */
  readonly port: number;
  /** Those of all nodes. */
  readonly ports: readonly number[];
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

/** @param begins True until the first node is up: it begins the group. All others join. */
export function groupDefinition(begins: () => boolean, user: RecoveryUser): EngineDefinition {
  return { ...mysql, title, client: memberClient(begins, user) };
}

/** A node answers when it is a member that has all that the others have. Until then, it is told to join. */
function memberClient(begins: () => boolean, user: RecoveryUser): DatabaseClient {
  return {
    ...mysql.client,
    version: async (url) => {
      const state = await memberState(url);
      if (state === "OFFLINE" || state === "ERROR") await join(url, begins(), user);
      if (state !== "ONLINE") throw new Error(`the node is not a member of its group (${state})`);
      if (begins()) await createUser(url, user);
      return mysql.client.version(url);
    },
  };
}

/** As the node itself sees it. */
export async function memberState(url: string): Promise<string> {
  const [member] = await query(
    url,
    "SELECT member_state FROM performance_schema.replication_group_members WHERE member_id IN (@@server_uuid, '')",
  );
  return String(member?.MEMBER_STATE ?? member?.member_state ?? "OFFLINE");
}

async function join(url: string, begins: boolean, { name, password }: RecoveryUser): Promise<void> {
  await query(url, "STOP GROUP_REPLICATION");
  if (begins) await query(url, "SET GLOBAL group_replication_bootstrap_group = ON");
  await query(url, `START GROUP_REPLICATION USER = '${name}', PASSWORD = '${password}'`);
  if (begins) await query(url, "SET GLOBAL group_replication_bootstrap_group = OFF");
}

/** It comes to the other nodes as all that is written does, so each can give the others what they have missed. */
async function createUser(url: string, { name, password }: RecoveryUser): Promise<void> {
  await query(url, `CREATE USER IF NOT EXISTS '${name}'@'127.0.0.1' IDENTIFIED BY '${password}'`);
  await query(url, `GRANT REPLICATION SLAVE ON *.* TO '${name}'@'127.0.0.1'`);
}

/** A member that is silent for five seconds, which cannot be changed, is expelled without a further wait. */
function nodeSettings({ plugins }: GroupPrograms, { number, port, ports, group, ...node }: Node): readonly string[] {
  const settings = {
    "group-name": group,
    "local-address": addressOf(port),
    "group-seeds": ports.map(addressOf).join(","),
    "ip-allowlist": "127.0.0.1",
    "start-on-boot": "OFF",
    "recovery-get-public-key": "ON",
    "member-expel-timeout": "0",
    "single-primary-mode": node.primaries === "one" ? "ON" : "OFF",
    "enforce-update-everywhere-checks": node.primaries === "one" ? "OFF" : "ON",
  };
  return [
    `--plugin-dir=${plugins}`,
    "--plugin-load-add=group_replication.so",
    ...Object.entries(settings).map(([name, value]) => `--loose-group-replication-${name}=${value}`),
    `--server-id=${number}`,
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--report-host=127.0.0.1",
    // The group turns it off where writes are taken. Until then, nobody may write to a node by itself.
    "--super-read-only=ON",
    "--innodb-buffer-pool-size=64M",
    ...Object.entries(node.settings).map(([name, value]) => `--${name}=${value}`),
  ];
}

const addressOf = (port: number): string => `127.0.0.1:${port}`;
