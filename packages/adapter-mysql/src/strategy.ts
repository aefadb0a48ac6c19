import {
  indexes,
  inList,
  type ListSyntax,
  type SqlStrategy,
  type Tables,
  tablePrefixPlugin,
} from "@slotwright/adapter-sql";
import { agendaPrefixLength, limits } from "@slotwright/core/adapter";
import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, type RawBuilder, sql } from "kysely";
import { type Cluster, galera, groupOfPrimaries } from "./cluster.ts";
import { documentLists, windowLists } from "./documents.ts";

/** The differences between the two families of servers that speak MySQL's protocol. */
export interface Server {
  /** A readable name. */
  readonly title: string;
  /** The first version with CHECKs, JSON_TABLE, the collation, and locking reads that skip locked rows. */
  readonly oldest: string;
  /** Compares and sorts by code points, trailing spaces included. This is the byte order of UTF-8. */
  readonly collation: string;
  /** Locks the rows of one table of a join. MariaDB accepts no table there and locks the rows of all. */
  readonly locking: (strength: "update" | "share", alias: string) => RawBuilder<unknown>;
  /** Locks rows for an update, and skips those that others have locked. */
  readonly lockingFree: (alias: string) => RawBuilder<unknown>;
  /** The kind of cluster that such a server may be a node of. */
  readonly cluster: Cluster;
  readonly lists: ListSyntax;
}

export type ServerName = "mysql" | "mariadb";

const servers: Readonly<Record<ServerName, Server>> = {
  mysql: {
    title: "MySQL",
    oldest: "8.0.17",
    collation: "utf8mb4_0900_bin",
    locking: (strength, alias) => sql`for ${sql.raw(strength)} of ${sql.id(alias)}`,
    lockingFree: (alias) => sql`for update of ${sql.id(alias)} skip locked`,
    cluster: groupOfPrimaries,
    lists: documentLists,
  },
  mariadb: {
    title: "MariaDB",
    oldest: "10.6.0",
    collation: "utf8mb4_nopad_bin",
    locking: (strength) => (strength === "update" ? sql`for update` : sql`lock in share mode`),
    lockingFree: () => sql`for update skip locked`,
    cluster: galera,
    lists: windowLists,
  },
};

/** The family of a server, from its `version()`. */
export function serverOf(version: string): ServerName {
  return /mariadb/i.test(version) ? "mariadb" : "mysql";
}

/** The name of a server that is too old, from its `version()`, and the oldest version that is accepted. */
export function tooOld(version: string): { readonly found: string; readonly needed: string } | undefined {
  const { title, oldest } = servers[serverOf(version)];
  const found = /^\d+(\.\d+)*/.exec(version)?.[0] ?? "";
  if (found === "" || isAtLeast(found, oldest)) return undefined;
  return { found: `${title} ${version}`, needed: `${title} ${oldest}` };
}

function isAtLeast(version: string, oldest: string): boolean {
  const [parts, least] = [version, oldest].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const index = least.findIndex((part, at) => (parts[at] ?? 0) !== part);
  return index < 0 || (parts[index] ?? 0) > (least[index] ?? 0);
}

/** Where the tables are. Without a database, it is the default one of each connection. */
export interface Namespace {
  readonly prefix: string;
  readonly database: string | undefined;
}

export interface MysqlStrategy extends SqlStrategy {
  readonly server: Server;
  /** The name of the tables' database, as a value. */
  readonly tablesDatabase: RawBuilder<unknown>;
  /** A trigger or procedure by its name in the database, or a table where it is not looked up otherwise. */
  readonly routine: (name: string) => RawBuilder<unknown>;
  /** The type of a bound or declared text of any length, so that it compares as the columns do. */
  readonly textType: RawBuilder<unknown>;
}

/**
 * MySQL and MariaDB: instants are epoch milliseconds, so that no time zone can affect them. JSON is text, and comes
 * back exactly as it was written.
 */
export function mysqlStrategy({ prefix, database }: Namespace, name: ServerName): MysqlStrategy {
  const server = servers[name];
  const qualified = (of: string) => prefix + of;
  const collated = sql`character set utf8mb4 collate ${sql.raw(server.collation)}`;
  return {
    server,
    tablesDatabase: database === undefined ? sql`database()` : textLiteral(database),
    queries: queryCompiler({ prefix, database }),
    qualified,
    // MySQL requires the names of CHECKs to be unique in the whole database.
    constraintName: (table, guard) => qualified(`${table}_${guard}`),
    routine: (of) => (database === undefined ? sql.id(qualified(of)) : sql.id(database, qualified(of))),
    textType: sql`longtext ${collated}`,
    columnTypes: {
      id: sql`varchar(${sql.lit(limits.idLength)}) ${collated}`,
      agendaId: sql`varchar(${sql.lit(limits.idLength + agendaPrefixLength)}) ${collated}`,
      text: sql`varchar(600) ${collated}`,
      integer: sql`int`,
      instant: sql`bigint`,
      json: sql`longtext ${collated}`,
      // The procedures count. InnoDB assigns numbers under a lock of the whole table, and MariaDB keeps that lock while
      // the statement waits for a row.
      sequence: sql`bigint`,
      partition: sql`int`,
    },
    tableOptions: sql`engine = InnoDB row_format = dynamic ${sql.raw(`default character set utf8mb4 collate ${server.collation}`)}`,
    isOneOf: inList,
    // With CASE, because JSON functions raise their own error if the text is not JSON.
    isJson: (column, shape) =>
      shape === "any"
        ? sql<boolean>`(json_valid(${sql.ref(column)}) = 1)`
        : sql<boolean>`(case when json_valid(${sql.ref(column)}) then json_type(${sql.ref(column)}) = ${sql.lit(shape.toUpperCase())} else 0 end = 1)`,
    // NULL if it is not an array. MySQL checks constraints in its own order, and row_format covers that case.
    itemCount: (column) =>
      sql<number>`(case when json_valid(${sql.ref(column)}) then case when json_type(${sql.ref(column)}) = 'ARRAY' then json_length(${sql.ref(column)}) end end)`,
    from: (index) => sql`${sql.table(indexes[index].table)} force index (${sql.id(qualified(index))})`,
    onlyWith: () => sql``,
    unneeded: [],
    feedKey: "unique",
    lists: server.lists,
    listedId: sql.id("id"),
  };
}

/** A text in a statement. The meaning of a backslash depends on the session. */
function textLiteral(text: string): RawBuilder<unknown> {
  return sql`convert(x'${sql.raw(Buffer.from(text).toString("hex"))}' using utf8mb4)`;
}

function queryCompiler({ prefix, database }: Namespace): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
    plugins: [tablePrefixPlugin(prefix, database)],
  });
}
