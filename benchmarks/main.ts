import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { mysqlArena } from "./arena-mysql.ts";
import { postgresArena } from "./arena-postgres.ts";
import { sqliteArena } from "./arena-sqlite.ts";
import type { Arena, Contender } from "./contender.ts";

const usage = `Compares single bookings, one caller, one at a time: the engine, and the floor: the same statements sent by the
driver alone. They take turns; the medians of the rounds are compared. All guards are on, every commit is durable.

  --engine NAME  sqlite, postgres, mysql or mariadb; may be given several times (default all)
  --rounds N     counted rounds of each, after one that warms up (default 7)
  --bookings N   bookings in a round (default 500)`;

const arenas: Readonly<Record<string, () => Promise<Arena | undefined>>> = {
  sqlite: sqliteArena,
  postgres: postgresArena,
  mysql: () => mysqlArena("mysql", "MySQL"),
  mariadb: () => mysqlArena("mariadb", "MariaDB"),
};

const { values } = parseArgs({
  options: {
    engine: { type: "string", multiple: true, default: Object.keys(arenas) },
    rounds: { type: "string", default: "7" },
    bookings: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});

/** Bookings per second over one round. */
async function round(contender: Contender, bookings: number): Promise<number> {
  const slots = await contender.publish(bookings);
  const started = performance.now();
  for (const slot of slots) await contender.book(slot);
  return (bookings * 1000) / (performance.now() - started);
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

async function measure(contenders: readonly Contender[], rounds: number, bookings: number) {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let index = 0; index <= rounds; index++) {
    for (const contender of contenders) {
      const rate = await round(contender, bookings);
      if (index > 0) rates.get(contender.name)?.push(rate);
    }
    process.stderr.write(index === 0 ? "warmed up\n" : `round ${index} of ${rounds}\n`);
  }
  return rates;
}

function print(name: string, rates: ReadonlyMap<string, readonly number[]>): void {
  console.log(`\n${name}`);
  const rows = [...rates].map(([contender, figures]) => ({
    contender,
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
  const unknown = values.engine.find((name) => arenas[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no engine "${unknown}": use ${Object.keys(arenas).join(", ")}.`);
  console.log(`One caller, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
  for (const name of values.engine) {
    const arena = await arenas[name]?.();
    if (arena === undefined) continue;
    try {
      print(arena.name, await measure(arena.contenders, Number(values.rounds), Number(values.bookings)));
    } finally {
      for (const contender of arena.contenders) await contender.close();
      await arena.close();
    }
  }
}

await main();
