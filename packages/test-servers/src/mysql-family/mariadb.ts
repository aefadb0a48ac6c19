import { mkdir, readFile } from "node:fs/promises";
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
  firstOf,
  type MysqlFamilyPrograms,
  serverCommand,
  shareFolder,
} from "./programs.ts";

export const mariadb: EngineDefinition = {
  engine: "mariadb",
  title: "MariaDB",
  urlVariable: "SLOTWRIGHT_MARIADB_URL",
  wanted: "10.11",
  client: mysqlFamilyClient((version) => version.includes("MariaDB")),
  installed,
  fetch: async (environment) =>
    mariadbInstallation(await unpackedServer(environment, { name: "mariadb-server-core", server: "mariadbd" })),
};

async function installed(environment: Environment): Promise<readonly Installation[]> {
  const programs = await installedPrograms("mariadbd", environment, ["/usr/sbin"]);
  const found = programs.map(async ({ path, version }) => {
    const share = await shareFolder(path, namesOf(systemTables), ["mysql", "mariadb", "."]);
    return share && mariadbInstallation({ version, origin: path, server: { program: path, arguments: [] }, share });
  });
  const usable = (await Promise.all(found)).filter((installation) => typeof installation === "object");
  return usable.sort((left, right) => compareVersions(right.version, left.version));
}

const systemTables = "mysql_system_tables.sql";

/**
 * The input that `mariadb-install-db` gives to the server. That script is in another package, and needs more programs.
 * Versions before 10.6 have no `sys` schema.
 */
const scripts = [
  systemTables,
  "mysql_performance_tables.sql",
  "mysql_system_tables_data.sql",
  "maria_add_gis_sp_bootstrap.sql",
  "mysql_sys_schema.sql",
];
const initialising = ["--bootstrap", "--innodb-log-file-size=8M"];

/** The names of a script, in versions before 11 and later. */
const namesOf = (script: string): readonly string[] => [script, script.replace(/^mysql/, "mariadb")];

export function mariadbInstallation(programs: MysqlFamilyPrograms): Installation {
  const { version, origin } = programs;
  return {
    version,
    origin,
    recipe: [...initialising, ...scripts, administratorStatements({ name: "", password: "" })].join(" "),
    account: undefined,
    stopSignal: "SIGTERM",
    initialise: (run, administrator) => initialise(programs, run, administrator),
    command: (run, port) => serverCommand(programs, run, port),
    url: administratorUrl,
  };
}

async function initialise(programs: MysqlFamilyPrograms, run: RunFolder, administrator: Administrator): Promise<void> {
  await mkdir(run.data, { mode: 0o700 });
  const texts = await Promise.all(scripts.map((script) => textOf(programs.share, script)));
  const before = ["CREATE DATABASE mysql;", "USE mysql;", "SET @auth_root_socket=NULL;", ""].join("\n");
  // The server knows accounts only after it has read its tables.
  const after = `\nFLUSH PRIVILEGES;\n${administratorStatements(administrator)}`;
  // The host's name is not available here, and the accounts on it are of no use.
  const input = [before, ...texts, after].join("\n").replaceAll(/^.*@current_hostname.*$/gm, "");
  await execute(baseCommand(programs, run, initialising), { input });
}

async function textOf(share: string, script: string): Promise<string> {
  const path = await firstOf(share, namesOf(script));
  return path === undefined ? "" : readFile(path, "utf8");
}
