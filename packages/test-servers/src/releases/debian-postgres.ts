import { chmod, cp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackedPackage } from "../debian/unpacked-package.ts";
import { throughOwnLoader } from "../debian/unpacked-server.ts";
import type { Environment, Installation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import { postgresInstallation } from "../postgres/installation.ts";
import { unprivilegedAccount } from "../unprivileged.ts";

export interface DebianPostgres {
  readonly release: string;
  readonly suite: string;
}

/** What the server does not use, by the beginnings of the packages' names: most of what the package depends on. */
const needless =
  /^(perl|libperl|debconf|libllvm|libz3|locales|dpkg|passwd|adduser|systemd|libsystemd-shared|openssl|coreutils|tar|procps|util-linux|ssl-cert|postgresql-common|postgresql-client|ucf|sensible|init-system|login|libpam|mount|sysv|debianutils|base-)/;

/** PostgreSQL, unpacked from Debian's package. */
export async function debianPostgres(
  environment: Environment,
  { release, suite }: DebianPostgres,
): Promise<Installation> {
  const name = `postgresql-${release}`;
  const root = await unpackedPackage(environment, { name, suite, shelf: suite, needless });
  const bin = (folder: string) => join(folder, "usr", "lib", "postgresql", release, "bin");
  const server = await throughOwnLoader(root, join(bin(root), "postgres"));
  const described = await describeCommand({ ...server, arguments: [...server.arguments, "--version"] });
  if (described === undefined) throw new Error(`postgres of the Debian package ${name} does not run here`);
  const origin = `Debian package ${name}`;
  const programs = { version: described.version, origin, account: await unprivilegedAccount() };
  const installation = postgresInstallation({ ...programs, bin: bin(root) });
  return {
    ...installation,
    // Databases keep the version of the library that sorts for them, which is the suite's.
    recipe: `${installation.recipe} ${suite}`,
    settle: async (folder) => {
      const copy = join(folder, "programs");
      await cp(root, copy, { recursive: true, verbatimSymlinks: true });
      await withOwnLoader(copy, bin(copy));
      return { ...postgresInstallation({ ...programs, bin: bin(copy) }), recipe: `${installation.recipe} ${suite}` };
    },
  };
}

/**
 * `initdb` starts the `postgres` beside itself. So scripts take the place of both, which start the programs with the
 * libraries that came with them. The compiler of queries is left out with its library.
 */
async function withOwnLoader(root: string, bin: string): Promise<void> {
  for (const name of ["postgres", "initdb"]) {
    const program = join(bin, `${name}.program`);
    await rename(join(bin, name), program);
    const command = await throughOwnLoader(root, program);
    const [option, libraries] = command.arguments;
    const script = `#!/bin/sh\nexec ${command.program} ${option} ${libraries} --argv0 "$0" ${program} "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
  await rm(join(bin, "..", "lib", "llvmjit.so"), { force: true });
}
