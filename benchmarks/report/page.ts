import type { EngineFacts } from "../arenas/arena.ts";
import { type WorkloadName, workloadNames } from "../contenders/contender.ts";
import type { HttpResult } from "../http/result.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";
import { circumstancesChapter, settingsText } from "./circumstances.ts";
import { explanation } from "./explanation.ts";
import { feedChapter } from "./feed.ts";
import { feltChapter } from "./felt.ts";
import { httpChapter } from "./http.ts";
import { markdownTable } from "./markdown.ts";
import { ratioTo, rivalOf } from "./ratios.ts";

/** docs/benchmarks.md, made from one result, and from one of what is served over HTTP. */
export function pageOf(result: BenchmarkResult, http?: HttpResult): string {
  const parts = [
    introduction,
    feltChapter(result),
    chart,
    circumstances(result),
    comparison(result),
    feedChapter(result),
    httpChapter(http),
    explanation,
    doubleBookings(result),
  ];
  return `${[...parts, ...result.engines.map((facts) => engineTables(facts, result))].join("\n\n")}\n`;
}

const introduction = `# Benchmarks

Made by \`node benchmarks/page.ts\` from [results](benchmarks/results.json) that were measured one engine after another. To run it:

\`\`\`sh
npx --yes pnpm@12 bench           # everything on this page but HTTP, takes about an hour
npx --yes pnpm@12 bench --quick   # small data, short rounds: a few minutes
npx --yes pnpm@12 bench --help
npx --yes pnpm@12 bench:http      # [over HTTP](#over-http), whose ratios only this prints: a minute
\`\`\`

[What the feed and the reads reach](decisions/0031-what-the-feed-and-reads-reach.md) sets these and other figures beside the goals.`;

const chart = "![Answers per second by engine, callers and contender](benchmarks/results.svg)";

function circumstances(result: BenchmarkResult): string {
  const { engines, addedRoundTrips, notes, rounds, roundMs } = result;
  const chapter = circumstancesChapter(result, "callers, servers and disk on this one machine", [
    `medians of ${rounds} rounds of about ${roundMs / 1000} s each`,
    ...addedRoundTrips.map(
      ({ wantedMs, p50Ms, p95Ms }) =>
        `a round trip of ${wantedMs} ms added by a proxy took ${p50Ms.toFixed(2)} ms (median) and ${p95Ms.toFixed(2)} ms (95 %)`,
    ),
    ...notes.map(({ note }) => note),
  ]);
  const durability = engines.map(({ title, version, durability: settings, isDurable }) => [
    `${title} ${version}`,
    settingsText(settings),
    isDurable ? "yes" : "no: these figures compare nothing",
  ]);
  return `${chapter}\n\n${markdownTable(["engine", "settings, as it reports them", "durable"], durability)}`;
}

/** Slotwright against its usual rivals, if all of them were measured. */
function comparison({ rows, engines }: BenchmarkResult): string {
  const lines = rows
    .filter(({ contender, workload }) => contender === "slotwright" && ["own-slots", "hot-slot"].includes(workload))
    .map((row) => {
      const rival = rivalOf("lock-row", row, rows);
      const title = engines.find(({ engine }) => engine === row.engine)?.title ?? row.engine;
      const p99 = rival === undefined ? "" : `${row.p99Ms} / ${rival.p99Ms}`;
      const scene = [title, row.workload, String(row.callers), String(row.rttMs)];
      const unseen = rivalOf("slotwright-unseen", row, rows);
      const ratios = [
        ratioTo("lock-row", row, rows),
        unseen && ratioTo("lock-row", unseen, rows),
        ratioTo("floor", row, rows),
      ];
      return [...scene, ...ratios.map(times), p99];
    });
  const head = ["engine", "workload", "callers", "rtt ms", "× lock-row", "unseen", "× floor", "p99 ms, of lock-row"];
  const table = markdownTable(head, lines, ["left", "left", ...Array<"right">(6).fill("right")]);
  const unseen = "`unseen` is an engine that has to read each slot first, also as a multiple of `lock-row`.";
  return `## Slotwright against the others\n\n${unseen}\n\n${table}`;
}

const times = (ratio: number | undefined): string => ratio?.toFixed(2) ?? "";

function doubleBookings({ doubleBookings: found }: BenchmarkResult): string {
  const title = "## Slots booked twice";
  if (found.length === 0) return `${title}\n\nNone in this run.`;
  const rows = found.map(({ engine, workload, callers, rttMs, contender, bookedSlots, doubleBooked }) => [
    ...[engine, workload, String(callers), String(rttMs), contender],
    ...[String(bookedSlots), String(doubleBooked)],
  ]);
  const head = ["engine", "workload", "callers", "rtt ms", "contender", "slots booked", "promised once more"];
  return `${title}\n\n${markdownTable(head, rows, ["left", "left", "right", "right", "left", "right", "right"])}`;
}

function engineTables({ engine, title, version, poolLimit }: EngineFacts, { rows }: BenchmarkResult): string {
  const own = rows.filter((row) => row.engine === engine);
  const present = workloadNames.filter((workload) => own.some((row) => row.workload === workload));
  const pool = `At most ${poolLimit} ${poolLimit === 1 ? "connection" : "connections"} for each contender.`;
  const tables = present.map((workload) => workloadTable(workload, own));
  return [`## ${title} ${version}`, pool, ...tables].join("\n\n");
}

function workloadTable(workload: WorkloadName, rows: readonly ResultRow[]): string {
  const own = rows.filter((row) => row.workload === workload);
  const cells = own.map((row) => [
    ...[String(row.callers), String(row.rttMs), row.contender, String(Math.round(row.opsPerSecond))],
    ...[times(ratioTo("lock-row", row, rows)), String(row.p50Ms), String(row.p95Ms), String(row.p99Ms)],
    String(row.errors),
  ]);
  const head = ["callers", "rtt ms", "contender", "per second", "× lock-row", "p50 ms", "p95 ms", "p99 ms", "errors"];
  const alignments = head.map((name) => (name === "contender" ? ("left" as const) : ("right" as const)));
  return `### ${workload}\n\n${markdownTable(head, cells, alignments)}`;
}
