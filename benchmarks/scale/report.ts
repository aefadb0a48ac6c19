import { bad, type Cells, heading, table } from "@slotwright/lab/terminal";
import { type EngineScale, type Filled, type Reach, reaches, type ScaleRow, scaleWorkloads } from "./result.ts";

/** What a call may cost in larger tables, as a multiple of its cost in the smallest. */
export const mostGrowth = 1.3;

export interface ComparedRow extends ScaleRow {
  /** Multiples of the cost in the smallest size. */
  readonly timeRatio: number;
  readonly cpuRatio: number | undefined;
}

/** By workload and reach, and within these by size. */
export function compared({ rows }: EngineScale): readonly ComparedRow[] {
  return scaleWorkloads.flatMap((workload) =>
    reaches.flatMap((reach) => {
      const own = rows.filter((row) => row.workload === workload && row.reach === reach);
      return own.toSorted((a, b) => a.slots - b.slots).map((row, _, [smallest]) => withRatios(row, smallest ?? row));
    }),
  );
}

function withRatios(row: ScaleRow, smallest: ScaleRow): ComparedRow {
  const cpuRatio = row.cpuMs !== null && smallest.cpuMs ? row.cpuMs / smallest.cpuMs : undefined;
  return { ...row, timeRatio: row.p50Ms / smallest.p50Ms, cpuRatio };
}

/** What is not flat. A cold cache is shown, but nothing is promised about it. */
export function notFlat(engine: EngineScale): readonly ComparedRow[] {
  return compared(engine).filter(({ reach, timeRatio }) => reach !== "cold" && timeRatio > mostGrowth);
}

export const reachTitles: Readonly<Record<Reach, string>> = {
  anywhere: "anywhere",
  same: "same week",
  cold: "anywhere, cold",
};

export function printFilled(
  engine: string,
  { slots, providers, weeks, appointments, loadSeconds, bytes }: Filled,
): void {
  const size = `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  console.log(
    `${engine}: ${slots} slots of ${providers} providers in ${weeks} weeks, ${appointments} appointments: ${loadSeconds} s, ${size}`,
  );
}

export function printMeasured(engine: EngineScale): void {
  const { title, version, durability } = engine.facts;
  console.log(heading(`${title} ${version}`));
  const settings = Object.entries({ ...durability, ...engine.settings }).map(([name, value]) => `${name}=${value}`);
  console.log(settings.join(", "));
  console.log(table(compared(engine).map(cellsOf)));
  for (const { workload, reach, slots, timeRatio } of notFlat(engine)) {
    console.log(bad(`${workload}, ${reachTitles[reach]}: ${timeRatio.toFixed(2)} times at ${slots} slots.`));
  }
}

function cellsOf(row: ComparedRow): Cells {
  return {
    call: row.workload,
    records: reachTitles[row.reach],
    slots: row.slots,
    "p50 ms": row.p50Ms,
    "× smallest": row.timeRatio.toFixed(2),
    "p95 ms": row.p95Ms,
    "CPU ms": row.cpuMs ?? "",
    "× CPU": row.cpuRatio?.toFixed(2) ?? "",
  };
}
