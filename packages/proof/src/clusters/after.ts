import { audit, type ToldOutcome } from "@slotwright/lab/audit";
import type { DatabaseEngine, SqlConnection } from "@slotwright/lab/engines";
import { entryCounts } from "@slotwright/lab/feed-tally";
import { compareNodes } from "./alike.ts";
import type { BesideNodes } from "./beside.ts";
import { type Finding, finding } from "./findings.ts";
import type { NodesDatabase } from "./nodes.ts";
import { onceAlike } from "./once-alike.ts";
import { withConnection } from "./plain-rows.ts";

interface Checked {
  readonly engine: DatabaseEngine;
  readonly database: NodesDatabase;
  readonly beside: BesideNodes;
}

/** What is wrong on the nodes when nothing more is committed, by SQL alone, and with what was told of it. */
export async function findingsOnNodes(
  { engine, database, beside }: Checked,
  told: readonly ToldOutcome[],
): Promise<readonly Finding[]> {
  const { connect } = engine;
  // First: it waits until each node has all commands, with the entries that the others are compared with.
  const lost = await lostOn(engine, database.urls, told);
  const [first] = (await database.writable()) as [string];
  const ofBeside = await withConnection(connect, first, async (connection) =>
    beside.findings(connection, await entryCounts(connection)),
  );
  return [
    ...lost,
    ...ofBeside,
    // Relays, which write, have ended.
    ...(await compareNodes(engine, database.urls)),
    ...(await auditNodes(engine, database, told)),
  ];
}

/** Commands that were acknowledged, and that at least one node does not have. */
export async function lostOn(
  { connect }: Pick<DatabaseEngine, "connect">,
  urls: readonly string[],
  told: readonly ToldOutcome[],
  withinMs?: number,
): Promise<readonly Finding[]> {
  const done = [...new Set(told.filter(({ outcome }) => outcome === "done").map(({ commandId }) => commandId))];
  const ask = (url: string) => withConnection(connect, url, commandsOn);
  const stored = await onceAlike(urls, ask, (ids) => [...ids].sort().join(), withinMs);
  const lost = done.filter((id) => stored.some((ids) => !ids.has(id)));
  const where = stored.map((ids, index) => `${lost.filter((id) => !ids.has(id)).length} on node ${index + 1}`);
  const some = lost.slice(0, 5).join(", ");
  return finding("lost", lost.length, `Commands were acknowledged, and are gone: ${where.join(", ")}, such as ${some}`);
}

async function commandsOn(connection: SqlConnection): Promise<ReadonlySet<string>> {
  const rows = await connection.query("SELECT id FROM slotwright_commands");
  return new Set(rows.map(({ id }) => String(id)));
}

/** A standby of PostgreSQL has no temporary tables, which the audit needs. It was compared with the primary. */
export async function auditNodes(
  { connect, dialect }: DatabaseEngine,
  { urls, auditable }: Pick<NodesDatabase, "urls" | "auditable">,
  told: readonly ToldOutcome[],
): Promise<readonly Finding[]> {
  const audits = (await auditable()).map(async (url) => {
    const { findings } = await withConnection(connect, url, (connection) => audit(connection, dialect, told));
    const node = urls.indexOf(url) + 1;
    return findings.flatMap(({ invariant, finding: what, rows }) => {
      const text = `Invariant ${invariant} on node ${node}: ${what}: ${JSON.stringify(rows.slice(0, 5))}`;
      return isDouble(invariant) ? finding("doubled", rows.length, text) : finding("other", 1, text);
    });
  });
  return (await Promise.all(audits)).flat();
}

/** Two bookings of the same time, or of the same request. */
const isDouble = (invariant: number): boolean => invariant === 2 || invariant === 6;
