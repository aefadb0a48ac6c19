import { setTimeout as sleep } from "node:timers/promises";
import { type Performance, problemsOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { audit } from "@slotwright/lab/audit";
import type { DatabaseEngine, SqlConnection } from "@slotwright/lab/engines";
import type { Beside } from "./beside/run.ts";
import { toldIn } from "./told.ts";

/**
 * What is wrong with the database after the fault, according to the library's own reading and to SQL alone, and with
 * what those beside the callers had of the feed.
 */
export async function problemsIn(
  performance: Performance,
  beside: Beside,
  observer: StorageAdapter,
  connection: SqlConnection,
  { dialect, administration }: DatabaseEngine,
): Promise<readonly string[]> {
  // First, because it ends them: nobody else uses the database from here on.
  const ofBeside = await beside.problems(observer);
  const { file = [], findings } = await audit(connection, dialect, toldIn(performance.history));
  return [
    ...ofBeside,
    ...(await problemsOf(performance, observer)),
    ...file.map((row) => `The file is damaged: ${JSON.stringify(row)}`),
    ...findings.map(({ invariant, finding, rows }) => `${invariant}: ${finding}: ${JSON.stringify(rows.slice(0, 5))}`),
    ...(administration === undefined ? [] : await stillOpen(connection, administration.openTransactions)),
  ];
}

/** A server takes a moment to notice that a client is gone. */
const noticedWithinMs = 5_000;

async function stillOpen(connection: SqlConnection, openTransactions: string): Promise<readonly string[]> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const open = await connection.query(openTransactions);
    if (open.length === 0) return [];
    if (waitedMs >= noticedWithinMs) return open.map((row) => `A transaction stays open: ${JSON.stringify(row)}`);
    await sleep(100);
  }
}
