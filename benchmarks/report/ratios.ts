import type { ContenderName } from "../contenders/contender.ts";
import type { ResultRow } from "../measuring/result.ts";
import { type Interval, intervalOf } from "../pairs/interval.ts";

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

/** The same with its interval: the contenders take turns, so their rounds are pairs. Undefined if there are too few. */
export function intervalTo(contender: ContenderName, row: ResultRow, rows: readonly ResultRow[]): Interval | undefined {
  const [ours, theirs] = [row.perRound ?? [], rivalOf(contender, row, rows)?.perRound ?? []];
  const isMeasured = ours.length >= leastPairs && theirs.length === ours.length;
  if (!isMeasured || [...ours, ...theirs].includes(0)) return undefined;
  return intervalOf(ours.map((rate, round) => rate / (theirs[round] ?? rate)));
}

/** With two, Student's t makes an interval that says nothing. */
const leastPairs = 3;
