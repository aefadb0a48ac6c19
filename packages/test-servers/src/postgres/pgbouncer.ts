import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackedPackage } from "../debian/unpacked-package.ts";
import { throughOwnLoader } from "../debian/unpacked-server.ts";
import type { DatabaseClient, Environment, Installation, RunFolder } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import { skipped } from "../missing.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { give, isReachable, unprivilegedAccount } from "../unprivileged.ts";
import { postgresClient } from "./client.ts";
import { postgres } from "./postgres.ts";

export interface PgBouncerOptions {
  /** Where to look for the cache folder and `CI`. Defaults to `process.env`. */
  readonly environment?: Environment;
  /** Settings of PgBouncer by name, such as `default_pool_size`. They count more than our own. */
  readonly settings?: Readonly<Record<string, string>>;
}

const title = "PgBouncer";

/**
 * PgBouncer in transaction mode before a PostgreSQL server, as our own process.
 *
 * @param url An administrator's URL of the server. All its databases are reached through the pooler, by this role.
 * @returns `undefined` if it is not available, after saying so on stderr.
 * @throws If it is not available and `CI=true`.
 */
export async function startPgBouncer(
  url: string,
  { environment = process.env, settings = {} }: PgBouncerOptions = {},
): Promise<OwnServer | undefined> {
  const programs = await pgBouncerPrograms(environment).catch((error: Error) => error);
  if (programs instanceof Error) return skipped(title, missingReason(programs), environment);
  const client: DatabaseClient = {
    ...postgresClient,
    version: (through) => postgresClient.version(through).then(() => programs.version),
  };
  const installation = await pgBouncerInstallation(programs, new URL(url), settings);
  return runServer({ ...postgres, title, client }, installation, environment);
}

function missingReason({ message }: Error): string {
  return (
    `it could not be fetched (${message}). ` +
    "It is unpacked from the package pgbouncer of Debian unstable, and there is no other way to get it."
  );
}

interface PgBouncerPrograms {
  readonly root: string;
  readonly version: string;
}

/** What the package depends on to be set up by the system, which it is not. */
const needless =
  /^(postgresql|perl|libperl|debconf|adduser|passwd|ucf|init-system|sysv|systemd|procps|netbase|ssl-cert|openssl_)/;

/** From unstable, with its own C library: Debian 12 has a version that keeps no prepared statements. */
async function pgBouncerPrograms(environment: Environment): Promise<PgBouncerPrograms> {
  const root = await unpackedPackage(environment, { name: "pgbouncer", suite: "unstable", needless });
  const { program, arguments: words } = await throughOwnLoader(root, programIn(root));
  const described = await describeCommand({ program, arguments: [...words, "--version"] });
  if (described === undefined) throw new Error("pgbouncer of the Debian package does not run here");
  return { root, version: described.version };
}

const programIn = (root: string): string => join(root, "usr", "sbin", "pgbouncer");

async function pgBouncerInstallation(
  programs: PgBouncerPrograms,
  server: URL,
  settings: NonNullable<PgBouncerOptions["settings"]>,
): Promise<Installation> {
  const command = await throughOwnLoader(programs.root, programIn(programs.root));
  // It refuses to run as root.
  const account = await unprivilegedAccount();
  return {
    version: programs.version,
    origin: "Debian package pgbouncer",
    recipe: "",
    account,
    // It ends at once, where others wait for clients.
    stopSignal: "SIGQUIT",
    administrator: { name: server.username, password: server.password },
    settle: async (folder) => {
      const { settle, ...settled } = await pgBouncerInstallation(
        await reachable(programs, folder, account !== undefined),
        server,
        settings,
      );
      return settled;
    },
    initialise: async () => {},
    beforeStart: async (run, port) => {
      await writeFile(configurationIn(run), configuration(server, run, port, settings));
      await writeFile(usersIn(run), `"${server.username}" "${server.password}"\n`, { mode: 0o600 });
      await give(usersIn(run), account);
    },
    command: (run) => ({ ...command, arguments: [...command.arguments, configurationIn(run)] }),
    url: (_administrator, port) => Object.assign(new URL(server), { host: `127.0.0.1:${port}` }).href,
  };
}

/** The account cannot reach packages in root's home, so it gets a copy. */
async function reachable(programs: PgBouncerPrograms, folder: string, isOther: boolean): Promise<PgBouncerPrograms> {
  if (!isOther || (await isReachable(programIn(programs.root)))) return programs;
  const root = join(folder, "programs");
  await cp(programs.root, root, { recursive: true, verbatimSymlinks: true });
  return { ...programs, root };
}

const configurationIn = ({ path }: RunFolder): string => join(path, "pgbouncer.ini");
const usersIn = ({ path }: RunFolder): string => join(path, "users.txt");

function configuration(
  server: URL,
  run: RunFolder,
  port: number,
  settings: NonNullable<PgBouncerOptions["settings"]>,
): string {
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: usersIn(run),
    pool_mode: "transaction",
    max_client_conn: 300,
    log_connections: 0,
    log_disconnections: 0,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return ["[databases]", `* = host=${server.hostname} port=${server.port || 5432}`, "[pgbouncer]", ...lines, ""].join(
    "\n",
  );
}
