import { join } from "node:path";
import { run } from "../commands.ts";
import { unpackedPackage } from "../debian/unpacked-package.ts";
import { throughOwnLoader } from "../debian/unpacked-server.ts";
import type { Environment, Invocation } from "../engine.ts";
import { clusterProgram } from "../galera/programs.ts";
import { skipped } from "../missing.ts";

/** The programs that come with a server to dump a database and to restore it. */
export interface DumpPrograms {
  /** @param options Of the program that dumps, as a guide gives them. */
  dump(url: string, options: readonly string[]): Promise<string>;
  /** Restores it into this empty database. */
  restore(url: string, dump: string): Promise<void>;
}

interface Client {
  readonly dump: string;
  readonly restore: string;
  program(environment: Environment, name: string): Promise<Invocation>;
}

const clients = {
  mysql: {
    dump: "mysqldump",
    restore: "mysql",
    program: async (environment, name) => {
      const needless = /^(perl|libperl|debconf)/;
      const root = await unpackedPackage(environment, { name: "mysql-client-core", suite: "unstable", needless });
      return throughOwnLoader(root, join(root, "usr", "bin", name));
    },
  },
  // What a cluster is started from has them.
  mariadb: { dump: "mariadb-dump", restore: "mariadb", program: clusterProgram },
} satisfies Record<string, Client>;

/**
 * Unpacked from Debian's packages, like the servers.
 *
 * @returns `undefined` if they are not available, after saying so on stderr.
 * @throws If they are not available and `CI=true`.
 */
export async function dumpPrograms(
  engine: keyof typeof clients,
  environment: Environment = process.env,
): Promise<DumpPrograms | undefined> {
  const client: Client = clients[engine];
  try {
    const dumping = await client.program(environment, client.dump);
    const restoring = await client.program(environment, client.restore);
    return {
      dump: (url, options) => run(withWords(dumping, [...connecting(url), ...options, nameIn(url)])),
      restore: async (url, input) => {
        await run(withWords(restoring, [...connecting(url), nameIn(url)]), { input });
      },
    };
  } catch (error) {
    return skipped(client.dump, `it could not be fetched (${String(error)}).`, environment);
  }
}

const withWords = (command: Invocation, words: readonly string[]): Invocation => ({
  ...command,
  arguments: [...command.arguments, ...words],
});

function connecting(url: string): readonly string[] {
  const { hostname, port, username, password } = new URL(url);
  return ["--no-defaults", `--host=${hostname}`, `--port=${port}`, `--user=${username}`, `--password=${password}`];
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1);
