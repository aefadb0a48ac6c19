import { circumstancesChapter, settingsText } from "../report/circumstances.ts";
import { type Alignment, markdownTable } from "../report/markdown.ts";
import type { MemoryResult } from "./memory/result.ts";
import { type ComparedRow, compared, mostGrowth, notFlat, reachTitles } from "./report.ts";
import type { EngineScale, ScaleResult } from "./result.ts";

/** docs/scale.md, made from the results of two runs. */
export function scalePage(result: ScaleResult, memory: MemoryResult): string {
  const rounds = `medians of ${result.rounds} rounds, in which the sizes take turns every five calls`;
  const parts = [introduction, circumstancesChapter(result, "all on this one machine", [rounds]), explanation];
  return `${[...parts, ...result.engines.map(engineParts), memoryPart(memory)].join("\n\n")}\n`;
}

const introduction = `# Scale

Made by \`node benchmarks/scale/page.ts\` from [the results of one run per engine](scale/results.json), with the start
time and the load of the last one, and from [a memory run](scale/memory.json). To run it on your own machine:

\`\`\`sh
npx --yes pnpm@12 bench:scale            # 10 thousand to 10 million slots
npx --yes pnpm@12 bench:scale --quick    # up to 100 thousand, short rounds: a minute
npx --yes pnpm@12 bench:scale --memory   # a million commands, and the memory of the process
npx --yes pnpm@12 bench:scale --help
\`\`\`

[scale-by-nodes.md](scale-by-nodes.md) is about several servers, and has a model of a thousand clinics.`;

const explanation = `## What is measured

Providers work forty half hours a week, and publish them week by week. One slot of ten is booked, in a different order from
the one in which slots were published. Ids are UUIDv7, as the library makes them, so records made together are stored
together. The tables are filled inside the database by statements for many rows, without triggers and most indexes. Before
anything is measured, these are put back, every CHECK, key and constraint holds, and all rows are counted. Stored answers of
the loaded commands are short. There is one caller with durable commits. The engine has its default options, except that it
remembers no slots, so each booking reads its own. Our process and the server's run on one processor each. Otherwise the time
of short calls would vary by a factor of two.

- \`book\`: books a free slot by its id. It is cancelled after the round, so that each round finds the same.
- \`search\`: the first 100 free slots of 50 providers in one week.
- \`history\`: what happened to one booked slot: two entries.

The location of the requested records decides which caches hold them:

- \`${reachTitles.anywhere}\`: different slots, providers and weeks in each call, anywhere in the data. In larger tables, fewer of
  the needed pages are in the cache of the database, and none in those of the processor. The rest come from the cache of the
  system, or from the disk if that cache has no room for all of the sizes.
- \`${reachTitles.same}\`: the same 50 providers in the same week, as when people look at the coming week.
- \`${reachTitles.cold}\`: like \`${reachTitles.anywhere}\`, after all files were dropped from the cache of the system and the server was
  restarted. Records that are not close together on disk are read page by page. The smallest size is in memory after a few
  calls.

"CPU" is the processor time that our process and the server's spent on a call. Flat means within ${mostGrowth} times what the
smallest size takes. This is not expected of a cold cache.`;

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
  const head = ["slots", "providers", "weeks", "appointments", "filled in s", "µs per slot", "MiB on disk"];
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
  if (found.length === 0) return `Everything is within ${mostGrowth} times, except with a cold cache.`;
  return `Beyond ${mostGrowth} times, not counting a cold cache: ${found.join("; ")}.`;
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

${grouped(last?.commands ?? 0)} commands by 32 callers of one engine on SQLite ${sqlite} in ${seconds} s, started ${startedAt}: ${done.join(", ")}.
\`refused\` is a booking of a slot that is taken. The heap is what is left after garbage collection. It grew by ${heapGrowth} bytes
with each command, not counting the first fifth.

${markdownTable(["commands", "heap MiB", "resident MiB"], rows, right(3))}`;
}
