import { circumstancesChapter, settingsText } from "../report/circumstances.ts";
import { type Alignment, markdownTable } from "../report/markdown.ts";
import type { MemoryResult } from "./memory/result.ts";
import { type ComparedRow, compared, mostGrowth, notFlat, reachTitles } from "./report.ts";
import type { EngineScale, ScaleResult } from "./result.ts";

/** docs/scale.md, made of the results of two runs. */
export function scalePage(result: ScaleResult, memory: MemoryResult): string {
  const rounds = `medians of ${result.rounds} rounds, in which the sizes take turns every five calls`;
  const parts = [introduction, circumstancesChapter(result, "all on this one machine", [rounds]), explanation];
  return `${[...parts, ...result.engines.map(engineParts), memoryPart(memory)].join("\n\n")}\n`;
}

const introduction = `# Scale

Made by \`node benchmarks/scale/page.ts\` from [the results of one run an engine](scale/results.json), of
which the begin and the load are those of the last, and [that of another](scale/memory.json). To run it on your own machine:

\`\`\`sh
npx --yes pnpm@12 bench:scale            # 10 thousand to 10 million slots
npx --yes pnpm@12 bench:scale --quick    # up to 100 thousand, short rounds: a minute
npx --yes pnpm@12 bench:scale --memory   # a million commands, and the memory of the process
npx --yes pnpm@12 bench:scale --help
\`\`\``;

const explanation = `## What is measured

Providers work forty half hours a week, and publish them week by week; one slot of ten is booked, in another order than
that in which slots were published. Ids are UUIDv7, as the library makes them, so what is made together lies together.
The tables are filled inside the database by statements for many rows, without triggers and most indexes; these are put
back, every CHECK, key and constraint holds, and all rows are counted, before anything is measured. Stored answers of the
loaded commands are short. One caller, durable commits, the engine with its default options, but that it remembers no
slots: each booking reads its own. Our process and the server's keep to a processor each, or short calls would take now
one time, now twice as much.

- \`book\`: books a free slot by its id. It is cancelled after the round, so that each round finds the same.
- \`search\`: the first 100 free slots of 50 providers in one week.
- \`history\`: what happened to one booked slot: two entries.

Where the records lie that are asked for, decides which caches hold them:

- \`${reachTitles.anywhere}\`: other slots, providers and weeks in each call, anywhere in the data. In larger tables fewer of the
  pages that are needed lie in the cache of the database, and none in those of the processor; the rest come from the cache
  of the system, and from the disk where that has no room for all of the sizes.
- \`${reachTitles.same}\`: the same 50 providers in the same week, as where people look at the week that comes.
- \`${reachTitles.cold}\`: as \`${reachTitles.anywhere}\`, after all files were dropped from the cache of the system, and the server began
  anew. What is not near each other on disk is read page by page; the smallest size is in memory after a few calls.

"CPU" is the processor time that our process and the server's spent for a call. To be flat is to stay within ${mostGrowth} times
what the smallest size takes; that is not asked of a cold cache.`;

function engineParts(engine: EngineScale): string {
  const { facts, settings } = engine;
  const parts = [
    `## ${facts.title} ${facts.version}`,
    `${settingsText({ ...facts.durability, ...settings })}.`,
    filledTable(engine),
    measuredTable(engine),
    verdict(engine),
  ];
  return parts.join("\n\n");
}

const right = (count: number): readonly Alignment[] => Array.from({ length: count }, () => "right" as const);

function filledTable({ sizes }: EngineScale): string {
  const rows = sizes.map(({ slots, providers, weeks, appointments, loadSeconds, bytes }) => [
    ...[grouped(slots), grouped(providers), String(weeks), grouped(appointments)],
    ...[loadSeconds.toFixed(1), ((loadSeconds * 1e6) / slots).toFixed(0), grouped(Math.round(bytes / 1024 ** 2))],
  ]);
  const head = ["slots", "providers", "weeks", "appointments", "filled in s", "µs a slot", "MiB on disk"];
  return markdownTable(head, rows, right(head.length));
}

function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

function measuredTable(engine: EngineScale): string {
  const rows = compared(engine).map((row) => [row.workload, reachTitles[row.reach], ...figures(row)]);
  const head = ["call", "records", "slots", "p50 ms", "× smallest", "p95 ms", "CPU ms", "× CPU"];
  return markdownTable(head, rows, ["left", "left", ...right(head.length - 2)]);
}

function figures({ slots, p50Ms, timeRatio, p95Ms, cpuMs, cpuRatio }: ComparedRow): readonly string[] {
  const cpu = [cpuMs === null ? "" : String(cpuMs), cpuRatio?.toFixed(2) ?? ""];
  return [grouped(slots), String(p50Ms), timeRatio.toFixed(2), String(p95Ms), ...cpu];
}

function verdict(engine: EngineScale): string {
  const found = notFlat(engine).map(
    ({ workload, reach, slots, timeRatio }) =>
      `\`${workload}\`, ${reachTitles[reach]}, at ${grouped(slots)} slots (${timeRatio.toFixed(2)})`,
  );
  if (found.length === 0) return `All of it is within ${mostGrowth} times, a cold cache aside.`;
  return `Beyond ${mostGrowth} times, a cold cache aside: ${found.join("; ")}.`;
}

function memoryPart(memory: MemoryResult): string {
  const { samples, counts, seconds, heapGrowth, sqlite, startedAt } = memory;
  const last = samples.at(-1);
  const done = Object.entries(counts).map(([name, count]) => `${grouped(count)} × ${name}`);
  const step = Math.max(1, Math.floor(samples.length / 10));
  const shown = samples.filter((sample, index) => index % step === 0 || sample === last);
  const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const rows = shown.map(({ commands, heapUsed, rss }) => [grouped(commands), mib(heapUsed), mib(rss)]);
  return `## Memory

${grouped(last?.commands ?? 0)} commands by 32 callers of one engine on SQLite ${sqlite} in ${seconds} s, begun ${startedAt}: ${done.join(", ")};
\`refused\` is a booking of a slot that is taken. The heap is what is left after garbage was collected. It grew by
${heapGrowth} bytes with each command, the first fifth aside.

${markdownTable(["commands", "heap MiB", "resident MiB"], rows, right(3))}`;
}
