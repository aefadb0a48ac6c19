import type { ContenderName } from "../contenders/contender.ts";
import type { ResultRow } from "../measuring/result.ts";

/** The row of another contender in the same scenario. */
export function rivalOf(contender: ContenderName, row: ResultRow, rows: readonly ResultRow[]): ResultRow | undefined {
  return rows.find(
    (other) =>
      other.contender === contender &&
      other.engine === row.engine &&
      other.workload === row.workload &&
      other.callers === row.callers &&
      other.rttMs === row.rttMs,
  );
}

/** How many times as much as the other one; undefined if that one did not take part. */
export function ratioTo(contender: ContenderName, row: ResultRow, rows: readonly ResultRow[]): number | undefined {
  const rival = rivalOf(contender, row, rows);
  return rival === undefined || rival.opsPerSecond === 0 ? undefined : row.opsPerSecond / rival.opsPerSecond;
}
