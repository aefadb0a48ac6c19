import { createHash } from "node:crypto";
import type { DatabaseEngine, Row, SqlConnection } from "@slotwright/lab/engines";
import { type Finding, finding } from "./findings.ts";
import { onceAlike } from "./once-alike.ts";
import { withConnection } from "./plain-rows.ts";

/** A schema of PostgreSQL is in a database, and one of MySQL is a database. */
const tablesIn = (url: string) => `
  SELECT table_name AS name FROM information_schema.tables
  WHERE table_name LIKE 'slotwright%' AND table_schema IN ('public', '${new URL(url).pathname.slice(1)}')`;

/** Compares each table of each node with the first node's, row by row. */
export async function compareNodes(
  { connect }: DatabaseEngine,
  urls: readonly string[],
  withinMs?: number,
): Promise<readonly Finding[]> {
  const ask = (url: string) => withConnection(connect, url, (connection) => digestsOn(connection, tablesIn(url)));
  const [first, ...others] = await onceAlike(urls, ask, (digests) => JSON.stringify([...digests]), withinMs);
  return others.flatMap((digests, index) => differences(first as Digests, digests, index + 2));
}

/** For each table: how many rows it has, and a digest of all of them. */
type Digests = ReadonlyMap<string, string>;

async function digestsOn(connection: SqlConnection, tables: string): Promise<Digests> {
  const names = (await connection.query(tables)).map(({ name }) => String(name)).sort();
  const digests = new Map<string, string>();
  for (const name of names) digests.set(name, digestOf(await connection.query(`SELECT * FROM ${name}`)));
  return digests;
}

function digestOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}` : value)));
  const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex").slice(0, 12);
  return `${rows.length} rows (${digest})`;
}

function differences(first: Digests, other: Digests, node: number): readonly Finding[] {
  const names = new Set([...first.keys(), ...other.keys()]);
  return [...names].flatMap((name) => {
    const [one, another] = [first.get(name) ?? "missing", other.get(name) ?? "missing"];
    const text = `${name} differs: ${one} on node 1, ${another} on node ${node}`;
    return finding("differing", one === another ? 0 : 1, text);
  });
}
