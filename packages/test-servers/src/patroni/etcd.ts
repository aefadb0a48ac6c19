import { join } from "node:path";
import type { DatabaseClient, EngineDefinition, Environment, Installation } from "../engine.ts";
import { postgres } from "../postgres/postgres.ts";
import { freePort } from "../server/ports.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { type PatroniPrograms, reachablePrograms } from "./programs.ts";

const client: DatabaseClient = {
  async version(url) {
    const health = (await (await fetch(`${url}/health`)).json()) as { readonly health?: string };
    if (health.health !== "true") throw new Error("etcd is not ready");
    const { etcdserver } = (await (await fetch(`${url}/version`)).json()) as { readonly etcdserver: string };
    return etcdserver;
  },
  createDatabase: async () => {},
  dropDatabase: async () => {},
};

/** It runs like a server, and has no databases. */
const definition: EngineDefinition = { ...postgres, title: "etcd", client };

export interface Etcd {
  readonly server: OwnServer;
  /** Where members can run them, for as long as etcd runs. */
  readonly programs: PatroniPrograms;
}

/** One etcd, where the members of a cluster agree on their primary. Their programs are in its folder, which goes with it. */
export async function startEtcd(programs: PatroniPrograms, environment: Environment): Promise<Etcd> {
  const peers = `http://127.0.0.1:${await freePort()}`;
  const installation = etcdInstallation(programs, peers);
  let reachable = programs;
  const settle = async (folder: string) => {
    reachable = await reachablePrograms(programs, folder);
    return installation;
  };
  const server = await runServer(definition, { ...installation, settle }, environment);
  return { server, programs: reachable };
}

/** @param peers Where it would talk to others. */
function etcdInstallation({ etcd }: PatroniPrograms, peers: string): Installation {
  const urlAt = (port: number) => `http://127.0.0.1:${port}`;
  return {
    version: "",
    origin: "Debian package etcd-server",
    recipe: "",
    account: undefined,
    stopSignal: "SIGTERM",
    administrator: { name: "", password: "" },
    initialise: async () => {},
    command: ({ data }, port) => ({
      program: join(etcd, "usr", "bin", "etcd"),
      arguments: [
        ...["--data-dir", data, "--log-level", "warn"],
        ...["--listen-client-urls", urlAt(port), "--advertise-client-urls", urlAt(port)],
        ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers],
        ...["--initial-cluster", `default=${peers}`],
      ],
    }),
    url: (_administrator, port) => urlAt(port),
  };
}
