import { parseArgs } from "node:util";
import { chosenEngine, type EngineName } from "@slotwright/lab/engines";
import { wholeNumber } from "@slotwright/lab/terminal";
import { Temporal } from "temporal-polyfill";

export interface ClinicOptions {
  readonly engine: EngineName;
  /** The file on SQLite, or the URL of a database on a server. Undefined: a new one, which is dropped at the end. */
  readonly database: string | undefined;
  /** 0 takes any that is free. */
  readonly port: number;
  /** A day of the first week. Undefined: this week. */
  readonly from: Temporal.PlainDate | undefined;
  readonly breaks: boolean;
}

/** In the folder in which the clinic is started. */
const usualFile = "slotwright-clinic.sqlite";

export const usage = `Usage: clinic [options]

Opens a clinic with three weeks of appointments, and prints the addresses of its page. Ctrl-C closes it.
Exit status: 0 when it was closed, 1 if anything failed, 2 for wrong usage.

  --sqlite FILE  on this SQLite file, which stays (default ${usualFile} in this folder)
  --postgres     on PostgreSQL: the server of SLOTWRIGHT_POSTGRES_URL, or one that is installed, or one that is fetched
  --mysql        on MySQL, in the same way with SLOTWRIGHT_MYSQL_URL
  --mariadb      on MariaDB, in the same way with SLOTWRIGHT_MARIADB_URL
  --database URL on this database of the server, which stays (default: a new one, which is dropped at the end)
  --port N       the port, 0 for any that is free (default 4173)
  --from DATE    a day of the first week, such as 2027-03-22 (default today)
  --break        damage one booking by hand-written SQL, to see that the sync check finds and repairs it. On a new
                 database, which is dropped at the end, unless you name one: the guards against such SQL are taken away
  --help         show this text`;

const flags = {
  sqlite: { type: "string" },
  postgres: { type: "boolean", default: false },
  mysql: { type: "boolean", default: false },
  mariadb: { type: "boolean", default: false },
  database: { type: "string" },
  port: { type: "string", default: "4173" },
  from: { type: "string" },
  break: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): ClinicOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { port, from, break: breaks } = values;
  const engine = chosenEngine(values);
  return {
    engine,
    database: databaseFor(engine, values),
    port: wholeNumber("--port", port, 0, 65_535),
    from: from === undefined ? undefined : dayOf(from),
    breaks,
  };
}

interface DatabaseFlags {
  readonly sqlite?: string | undefined;
  readonly database?: string | undefined;
  readonly break: boolean;
}

function databaseFor(engine: EngineName, { sqlite, database, break: breaks }: DatabaseFlags): string | undefined {
  if (sqlite === "" || database === "") throw new Error("--sqlite must name a file, and --database a URL");
  if (engine !== "sqlite") return database;
  // What stays is damaged only by its name: its guards go, too.
  if (database === undefined) return sqlite ?? (breaks ? undefined : usualFile);
  throw new Error("--database is for a server. Name the file of SQLite with --sqlite");
}

function dayOf(text: string): Temporal.PlainDate {
  try {
    const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Temporal.PlainDate.from(text, { overflow: "reject" }) : undefined;
    if (day !== undefined && day.year > 1900 && day.year < 2199) return day;
  } catch {
    // Such as the 30th of February. What is said of it is the same.
  }
  throw new Error(`--from must be a day such as 2027-03-22, from 1901 to 2198, not "${text}"`);
}
