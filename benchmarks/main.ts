import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Contender } from "./contender.ts";
import { floorContender } from "./floor-sqlite.ts";
import { slotwrightContender } from "./slotwright-sqlite.ts";

const usage = `Compares single bookings on SQLite (WAL, synchronous=FULL, all guards), one at a time: the engine, and the
same statements written by hand on better-sqlite3. They take turns; the medians of the rounds are compared.

  --rounds N     counted rounds of each, after one that warms up (default 7)
  --bookings N   bookings in a round (default 500)`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    bookings: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});

/** Bookings per second over one round. */
async function round(contender: Contender, bookings: number): Promise<number> {
  const slotIds = await contender.publish(bookings);
  const started = performance.now();
  for (const slotId of slotIds) await contender.book(slotId);
  return (bookings * 1000) / (performance.now() - started);
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

async function compare(contenders: readonly Contender[], rounds: number, bookings: number): Promise<void> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let index = 0; index <= rounds; index++) {
    for (const contender of contenders) {
      const rate = await round(contender, bookings);
      if (index > 0) rates.get(contender.name)?.push(rate);
    }
    process.stderr.write(index === 0 ? "warmed up\n" : `round ${index} of ${rounds}\n`);
  }
  const rows = [...rates].map(([name, figures]) => ({
    contender: name,
    "median bookings/s": Math.round(median(figures)),
    lowest: Math.round(Math.min(...figures)),
    highest: Math.round(Math.max(...figures)),
  }));
  console.table(rows);
  const [slotwright = 0, floor = 1] = [...rates.values()].map(median);
  console.log(`slotwright / floor: ${(slotwright / floor).toFixed(2)}`);
}

async function main(): Promise<void> {
  if (values.help) return console.log(usage);
  const folder = mkdtempSync(join(tmpdir(), "slotwright-bench-"));
  const contenders = [
    await slotwrightContender(join(folder, "slotwright.sqlite")),
    await floorContender(join(folder, "floor.sqlite")),
  ];
  try {
    console.log(
      `SQLite, one caller, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`,
    );
    await compare(contenders, Number(values.rounds), Number(values.bookings));
  } finally {
    for (const contender of contenders) await contender.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
