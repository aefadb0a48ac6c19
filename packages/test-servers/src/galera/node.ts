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
  readonly number: number;
  readonly ports: NodePorts;
  /** Of all nodes. */
  readonly addresses: readonly string[];
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

export const addressOf = ({ group }: NodePorts): string => `127.0.0.1:${group}`;

function nodeSettings({ provider }: GaleraPrograms, { number, ports, addresses, begins }: Node): readonly string[] {
  const options = [
    `base_host=127.0.0.1`,
    `base_port=${ports.group}`,
    `gmcast.listen_addr=tcp://${addressOf(ports)}`,
    `ist.recv_addr=127.0.0.1:${ports.changes}`,
    "gcache.size=32M",
    ...patience,
  ];
  return [
    "--wsrep-on=ON",
    `--wsrep-provider=${provider}`,
    `--wsrep-provider-options=${options.join(";")}`,
    `--wsrep-cluster-address=gcomm://${addresses.join(",")}`,
    `--wsrep-node-address=${addressOf(ports)}`,
    `--wsrep-node-name=node-${number}`,
    "--wsrep-sst-method=rsync",
    `--wsrep-sst-receive-address=127.0.0.1:${ports.copy}`,
    `--server-id=${number}`,
    // It is copied to each node that joins.
    "--innodb-log-file-size=16M",
    // What Galera requires.
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    ...(begins() ? ["--wsrep-new-cluster"] : []),
  ];
}
