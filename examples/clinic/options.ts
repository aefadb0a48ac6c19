import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { wholeNumber } from "@slotwright/lab/terminal";

export interface ClinicOptions {
  readonly engine: EngineName;
  /** A file or a URL. Undefined: a new one, which goes with the clinic. */
  readonly database: string | undefined;
  readonly port: number;
  /** The first day that is seeded. Undefined: the Monday of this week. */
  readonly from: string | undefined;
  /** The folder of a page that is built already. Undefined: it is built now. */
  readonly page: string | undefined;
}

export const usage = `Usage: clinic [options]

Opens a clinic with a page for its patients and its staff, and prints its addresses. Ctrl-C closes it.

  --sqlite         on an SQLite file (the default)
  --postgres       on PostgreSQL: the server of SLOTWRIGHT_POSTGRES_URL, or one that is installed, or one that is fetched
  --mysql          on MySQL, in the same way with SLOTWRIGHT_MYSQL_URL
  --mariadb        on MariaDB, in the same way with SLOTWRIGHT_MARIADB_URL
  --database NAME  keep the bookings in this file, or in the database with this URL. It is seeded if it is empty, and stays
  --port N         where to listen (default 4173; 0: any free port)
  --from DATE      the first day with slots, such as 2027-03-22 (default: Monday of this week)
  --page FOLDER    a page that is built already
  --help           show this text`;

const flags = {
  sqlite: { type: "boolean", default: false },
  postgres: { type: "boolean", default: false },
  mysql: { type: "boolean", default: false },
  mariadb: { type: "boolean", default: false },
  database: { type: "string" },
  port: { type: "string", default: "4173" },
  from: { type: "string" },
  page: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): ClinicOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags });
  if (values.help) return "help";
  const { database, page } = values;
  return {
    engine: oneEngine(engineNames.filter((name) => values[name])),
    database,
    port: wholeNumber("--port", values.port, 0, 65_535),
    from: values.from === undefined ? undefined : dateOf(values.from),
    page,
  };
}

function dateOf(text: string): string {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isDate) throw new Error(`--from takes a date such as 2027-03-22, not "${text}"`);
  return text;
}

function oneEngine([name = "sqlite", ...others]: readonly EngineName[]): EngineName {
  if (others.length === 0) return name;
  throw new Error(`Choose one engine, not ${[name, ...others].map((one) => `--${one}`).join(" and ")}`);
}
