import type { Socket } from "node:net";
import type { NodeSettings } from "../cluster/cluster.ts";
import type { Network } from "../cluster/network.ts";
import type { DatabaseClient, EngineDefinition, Installation } from "../engine.ts";
import { query } from "../mysql-family/client.ts";
import { mariadb, mariadbInstallation } from "../mysql-family/mariadb.ts";
import { serverCommand } from "../mysql-family/programs.ts";
import { type GaleraPrograms, receivingAsRoot } from "./programs.ts";

/** Where the nodes of a cluster talk to one another. */
export interface NodePorts {
  /** Of the group of nodes. */
  readonly group: number;
  /** Where it receives the changes that it has missed. */
  readonly changes: number;
  /** Where it receives a copy of all data. */
  readonly copy: number;
}

export interface Node {
  readonly place: number;
  readonly ports: NodePorts;
  /** Where it reaches the other nodes. */
  readonly others: readonly string[];
  readonly settings: NodeSettings;
  /** True until the first node is up: it begins the cluster. All others join. */
  readonly begins: () => boolean;
}

/** A node answers when it has all that the others have. */
const client: DatabaseClient = {
  ...mariadb.client,
  version: async (url) => {
    const [state] = await query(url, "SHOW STATUS LIKE 'wsrep_local_state_comment'");
    if (state?.Value !== "Synced") throw new Error(`the node is not part of its cluster (${state?.Value})`);
    return mariadb.client.version(url);
  },
};

export const galera: EngineDefinition = { ...mariadb, title: "MariaDB Galera", client };

/** The programs as one node of a cluster. */
export function nodeInstallation(programs: GaleraPrograms, node: Node): Installation {
  return {
    ...mariadbInstallation(programs),
    command: (run, port) => serverCommand(programs, run, port, nodeSettings(programs, node)),
    settle: async (folder) => {
      const { settle, ...settled } = nodeInstallation(await receivingAsRoot(programs, folder), node);
      return settled;
    },
  };
}

/** Suspects a silent node sooner than after five seconds. Tests wait for that whenever they kill one. */
const patience = [
  "evs.keepalive_period=PT0.25S",
  "evs.join_retrans_period=PT0.25S",
  "evs.inactive_check_period=PT0.25S",
  "evs.suspect_timeout=PT1.5S",
  "evs.inactive_timeout=PT3S",
];

/**
 * Nodes tell one another where each of them is: at the address from which it connects, and the port on which it listens.
 * So each node has an address of its own, and another one at which it is seen. A way leads from the second to the first,
 * and changes the visitor's address in the same manner.
 */
const ownHost = (place: number) => `127.1.0.${place + 1}`;
const seenHost = (place: number) => `127.2.0.${place + 1}`;
const placeOf = ({ remoteAddress = "" }: Socket) => Number(remoteAddress.split(".").at(-1)) - 1;

/** Where others reach a node's part of the group. */
export const groupAddress = (place: number, { group }: NodePorts): string => `${seenHost(place)}:${group}`;

export async function openWayTo(network: Network, to: number, portsOf: (place: number) => NodePorts): Promise<void> {
  const port = portsOf(to).group;
  const target = (from: number) => ({ host: ownHost(to), port, localAddress: seenHost(from) });
  await network.open({ to, host: seenHost(to), port, from: placeOf, target });
}

function nodeSettings(
  { provider }: GaleraPrograms,
  { place, ports, others, settings, begins }: Node,
): readonly string[] {
  const options = [
    `base_host=127.0.0.1`,
    `base_port=${ports.group}`,
    `gmcast.listen_addr=tcp://${ownHost(place)}:${ports.group}`,
    `ist.recv_addr=127.0.0.1:${ports.changes}`,
    "gcache.size=32M",
    ...patience,
  ];
  return [
    "--wsrep-on=ON",
    `--wsrep-provider=${provider}`,
    `--wsrep-provider-options=${options.join(";")}`,
    `--wsrep-cluster-address=gcomm://${others.join(",")}`,
    `--wsrep-node-address=127.0.0.1:${ports.group}`,
    `--wsrep-node-name=node-${place + 1}`,
    "--wsrep-sst-method=rsync",
    `--wsrep-sst-receive-address=127.0.0.1:${ports.copy}`,
    `--server-id=${place + 1}`,
    // It is copied to each node that joins.
    "--innodb-log-file-size=16M",
    // What Galera requires.
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ...(begins() ? ["--wsrep-new-cluster"] : []),
  ];
}
