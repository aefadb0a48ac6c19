import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run as execute } from "../commands.ts";
import { unpackedServer } from "../debian/unpacked-server.ts";
import type { Administrator, EngineDefinition, Environment, Installation, RunFolder } from "../engine.ts";
import { installedPrograms } from "../installed.ts";
import { compareVersions } from "../versions.ts";
import { mysqlFamilyClient } from "./client.ts";
import {
  administratorStatements,
  administratorUrl,
  baseCommand,
  type MysqlFamilyPrograms,
  serverCommand,
  shareFolder,
} from "./programs.ts";

export const mysql: EngineDefinition = {
  engine: "mysql",
  title: "MySQL",
  urlVariable: "SLOTWRIGHT_MYSQL_URL",
  wanted: "9.7",
  client: mysqlFamilyClient((version) => !version.includes("MariaDB")),
  installed,
  fetch: async (environment) => mysqlInstallation(await fetchedMysql(environment)),
};

/** Debian's releases have only MariaDB. MySQL is in unstable, and brings its own C library. */
export function fetchedMysql(environment: Environment): Promise<MysqlFamilyPrograms> {
  return unpackedServer(environment, { name: "mysql-server-core", suite: "unstable", server: "mysqld" });
}

async function installed(environment: Environment): Promise<readonly Installation[]> {
  const programs = await installedPrograms("mysqld", environment, ["/usr/sbin"]);
  const found = programs
    .filter(({ banner }) => !banner.includes("MariaDB"))
    .map(async ({ path, version }) => {
      const share = await shareFolder(path, ["english/errmsg.sys"], ["mysql", "."]);
      return share && mysqlInstallation({ version, origin: path, server: { program: path, arguments: [] }, share });
    });
  const usable = (await Promise.all(found)).filter((installation) => typeof installation === "object");
  return usable.sort((left, right) => compareVersions(right.version, left.version));
}

/** An empty value allows any folder, and avoids the compiled-in one, which may not exist. */
const anyFolder = "--secure-file-priv=";
const initialising = ["--initialize-insecure", "--innodb-redo-log-capacity=8M", anyFolder];
const running = ["--mysqlx=OFF", anyFolder];

export function mysqlInstallation(programs: MysqlFamilyPrograms, settings: readonly string[] = []): Installation {
  const { version, origin } = programs;
  return {
    version,
    origin,
    recipe: [...initialising, administratorStatements({ name: "", password: "" })].join(" "),
    account: undefined,
    stopSignal: "SIGTERM",
    initialise: (run, administrator) => initialise(programs, run, administrator),
    command: (run, port) => serverCommand(programs, run, port, [...running, ...settings]),
    url: administratorUrl,
  };
}

async function initialise(programs: MysqlFamilyPrograms, run: RunFolder, administrator: Administrator): Promise<void> {
  const statements = join(run.path, "administrator.sql");
  await writeFile(statements, administratorStatements(administrator), { mode: 0o600 });
  await execute(baseCommand(programs, run, [...initialising, `--init-file=${statements}`]));
  await rm(statements);
  // Each server that starts from a copy generates a new identity.
  await rm(join(run.data, "auto.cnf"), { force: true });
}
