import { access, appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeSettings } from "../cluster/cluster.ts";
import type { Administrator, Installation, RunFolder } from "../engine.ts";
import { give } from "../unprivileged.ts";
import { copyData } from "./copy-data.ts";

export interface Node {
  readonly name: string;
  /** Of all nodes. */
  readonly names: readonly string[];
  /** An administrator's URL of the node that it is to follow, on its own way there. `undefined` if it is the primary. */
  readonly primary: () => Promise<string> | undefined;
  /** Whether its data have parted from the primary's: it was the primary before. */
  readonly hasParted: () => boolean;
  /** Called when it has been given a copy. */
  readonly rejoins: () => void;
  readonly administrator?: Administrator;
  readonly settings: NodeSettings;
}

/** The programs as one node of a cluster. */
export function nodeInstallation(programs: Installation, node: Node): Installation {
  const { settle, ...settled } = programs;
  const flags = Object.entries(nodeSettings(node)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return {
    ...settled,
    ...(node.administrator && { administrator: node.administrator }),
    ...(settle && { settle: async (folder) => nodeInstallation(await settle(folder), node) }),
    beforeStart: (run) => followPrimary(run, programs, node),
    command: (run, port) => {
      const command = programs.command(run, port);
      return { ...command, arguments: [...command.arguments, ...flags] };
    },
  };
}

/** A commit waits until one of the other nodes has it on its disk. A node does not wait for itself. */
function nodeSettings({ name, names, settings }: Node): NodeSettings {
  return {
    cluster_name: name,
    synchronous_standby_names: `ANY 1 (${names.map((one) => `"${one}"`).join(", ")})`,
    shared_buffers: "16MB",
    max_connections: "100",
    // A new standby begins where its copy began, and one that was away goes on where it was.
    wal_keep_size: "512MB",
    wal_retrieve_retry_interval: "100ms",
    // A standby that is cut off from its primary notices, and so does the primary.
    wal_receiver_timeout: "2s",
    wal_sender_timeout: "2s",
    ...settings,
  };
}

/** A node that was the primary is given a copy: it may have commits that the others never got. */
async function followPrimary(run: RunFolder, { account }: Installation, node: Node): Promise<void> {
  const primary = await node.primary();
  if (primary === undefined) return;
  const isNew = await access(run.data).then(
    () => false,
    () => true,
  );
  if (isNew || node.hasParted()) await copyData(primary, run.data);
  node.rejoins();
  await writeFile(join(run.data, "standby.signal"), "");
  const setting = `primary_conninfo = '${primaryInfo(primary, node.name)}'\n`;
  await appendFile(join(run.data, "postgresql.auto.conf"), setting);
  await give(run.data, account);
}

/** The primary knows its standbys by these names. */
export function primaryInfo(url: string, name: string): string {
  const { hostname, port, username, password } = new URL(url);
  const address = `host=${hostname} port=${port} connect_timeout=2`;
  return `${address} user=${username} password=${password} application_name=${name}`;
}
