import { parseArgs } from "node:util";
import { chosenEngine, type EngineName } from "@slotwright/lab/engines";
import { wholeNumber } from "@slotwright/lab/terminal";

export interface DemoOptions {
  readonly engine: EngineName;
  /** On three nodes of the engine, one of which is killed during the race. */
  readonly isOnGalera: boolean;
  readonly processes: number;
  readonly callers: number;
  readonly week: string | undefined;
  readonly keep: boolean;
  readonly breaks: number | undefined;
}

export const usage = `Usage: demo [options]

Publishes a week of slots into a fresh database, lets several processes race for them, and checks the database afterwards.
Exit status: 0 if every invariant holds, 1 if one is broken or anything failed unexpectedly, 2 for wrong usage.

  --sqlite       on a SQLite file (the default)
  --postgres     on PostgreSQL: the server of SLOTWRIGHT_POSTGRES_URL, or one that is installed, or one that is fetched
  --mysql        on MySQL, in the same way with SLOTWRIGHT_MYSQL_URL
  --mariadb      on MariaDB, in the same way with SLOTWRIGHT_MARIADB_URL
  --galera       on three nodes of MariaDB with Galera: one is killed during the race, and all are checked
  --processes N  processes that race, 1 to 16 (default 4)
  --callers N    callers in each process, 4 to 500 (default 24)
  --week FILE    the week to publish (default examples/demo/week.json)
  --keep         keep the database to look at it afterwards, if its server stays
  --break N      break invariant N (1 to 7) by hand before the check, to see that the check notices
  --help         show this text`;

const flags = {
  sqlite: { type: "boolean", default: false },
  postgres: { type: "boolean", default: false },
  mysql: { type: "boolean", default: false },
  mariadb: { type: "boolean", default: false },
  galera: { type: "boolean", default: false },
  processes: { type: "string", default: "4" },
  callers: { type: "string", default: "24" },
  week: { type: "string" },
  keep: { type: "boolean", default: false },
  break: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const other = (["sqlite", "postgres", "mysql"] as const).find((name) => values[name]);
  if (values.galera && other !== undefined) throw new Error(`--galera is a cluster of MariaDB: leave out --${other}`);
  return {
    engine: chosenEngine({ ...values, mariadb: values.mariadb || values.galera }),
    isOnGalera: values.galera,
    processes: wholeNumber("--processes", values.processes, 1, 16),
    callers: wholeNumber("--callers", values.callers, 4, 500),
    week: values.week,
    keep: values.keep,
    breaks: values.break === undefined ? undefined : wholeNumber("--break", values.break, 1, 7),
  };
}
