import { bad, type Cells, heading, table } from "@slotwright/lab/terminal";
import type { ContenderName } from "../contenders/contender.ts";
import type { Measured } from "../measuring/measure.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";
import type { Scenario } from "../measuring/scenario.ts";
import { intervalTo, ratioTo } from "./ratios.ts";

export function titleOf({ engine, workload, callers, rttMs }: Scenario): string {
  const far = rttMs === 0 ? "" : `, ${rttMs} ms added to each round trip`;
  return `${engine}, ${workload}, ${callers} ${callers === 1 ? "caller" : "callers"}${far}`;
}

/** One scenario, as soon as it is measured. */
export function printMeasured(scenario: Scenario, { rows, doubleBookings, errors }: Measured): void {
  console.log(heading(titleOf(scenario)));
  console.log(table(rows.map((row) => cellsOf(row, rows))));
  for (const { contender, doubleBooked, bookedSlots } of doubleBookings) {
    console.log(`${contender} promised ${doubleBooked} times a slot that was taken, of ${bookedSlots} slots.`);
  }
  for (const error of errors) console.log(bad(error));
}

function cellsOf(row: ResultRow, rows: readonly ResultRow[]): Cells {
  return {
    contender: row.contender,
    "per second": Math.round(row.opsPerSecond),
    "× lock-row": times("lock-row", row, rows),
    "× floor": times("floor", row, rows),
    "p50 ms": row.p50Ms,
    "p95 ms": row.p95Ms,
    "p99 ms": row.p99Ms,
    errors: row.errors,
  };
}

/** With the 95 % interval of the rounds where there are enough of them, such as "0.91 (0.88–0.94)". */
function times(contender: ContenderName, row: ResultRow, rows: readonly ResultRow[]): string {
  const interval = row.contender === contender ? undefined : intervalTo(contender, row, rows);
  if (interval === undefined) return ratioTo(contender, row, rows)?.toFixed(2) ?? "";
  const [ratio, lower, upper] = [interval.ratio, interval.lower, interval.upper].map((bound) => bound.toFixed(2));
  return `${ratio} (${lower}–${upper})`;
}

/** The circumstances under which it was measured. */
export function printCircumstances({ machine, loadAverage, engines, addedRoundTrips, notes }: BenchmarkResult): void {
  const { processors, processor, memoryGb, system } = machine;
  console.log(heading(`${processors} × ${processor}, ${memoryGb} GB, ${system}`));
  console.log(`Load average ${loadAverage.before.toFixed(1)} before, ${loadAverage.after.toFixed(1)} after.`);
  for (const { title, version, durability, isDurable } of engines) {
    const settings = Object.entries(durability).map(([name, value]) => `${name}=${value}`);
    console.log(`${title} ${version}: ${settings.join(", ")}`);
    if (!isDurable) console.log(bad("Its commits do not survive a power cut: these figures compare nothing."));
  }
  for (const { wantedMs, p50Ms, p95Ms } of addedRoundTrips) {
    console.log(`A round trip of ${wantedMs} ms: actually ${p50Ms.toFixed(2)} ms (95 %: ${p95Ms.toFixed(2)} ms).`);
  }
  for (const { note } of notes) console.log(note);
}
