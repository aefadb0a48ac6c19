import type { EngineFacts } from "../arenas/arena.ts";
import { type WorkloadName, workloadNames } from "../contenders/contender.ts";
import { openSql } from "../contenders/plain-tables.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";
import { circumstancesChapter, settingsText } from "./circumstances.ts";
import { markdownTable } from "./markdown.ts";
import { ratioTo, rivalOf } from "./ratios.ts";

/** docs/benchmarks.md, made from one result. */
export function pageOf(result: BenchmarkResult): string {
  const parts = [introduction, circumstances(result), comparison(result), explanation, doubleBookings(result)];
  return `${[...parts, ...result.engines.map((facts) => engineTables(facts, result))].join("\n\n")}\n`;
}

const introduction = `# Benchmarks

Made by \`node benchmarks/page.ts\` from [the result of one run](benchmarks/results.json). To run it on your own machine:

\`\`\`sh
npx --yes pnpm@12 bench           # everything, takes about an hour
npx --yes pnpm@12 bench --quick   # small data, short rounds: a few minutes
npx --yes pnpm@12 bench --help
\`\`\`

![Answers per second by engine, callers and contender](benchmarks/results.svg)`;

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

const explanation = `## What is compared

Each contender has a database of its own on the same server, with the same data. It has as many connections as callers, up to
a limit that is the same for all. Each connection prepares its statements once (Kysely prepares none). The contenders take
turns in each round.

- \`slotwright\`: the engine with its default options: journal, commands, all guards, coalesced. It published the slots
  itself a moment ago and remembers them, as it does when it lists slots for a screen. A booking therefore needs no read of
  its own ([operations.md](operations.md#what-an-engine-remembers)).
- \`slotwright-unseen\`: the same engine without remembered slots, as when another process listed them. Each booking reads
  its slot first.
- \`lock-row\`: the transaction that most applications write, by the driver: BEGIN, SELECT … FOR UPDATE, INSERT of the
  appointment, UPDATE of the slot, INSERT into an audit table, COMMIT. It uses plain tables, with keys but no other guards,
  and no idempotency. On SQLite it uses BEGIN IMMEDIATE, and one transaction per booking on one connection.
- \`lock-row-kysely\`: the same with Kysely.
- \`check-then-insert\`: the same without the lock. It books slots twice. On SQLite it waits for one turn of the event
  loop between check and transaction, as if it called another service in between.
- \`floor\`: the same statements that the engine sends for one command, on the same tables with the same guards, sent by
  the driver alone with different ids and times. A booking writes, and reads only if the write reports that the slot has
  changed. On SQLite it reads first, which takes some microseconds. Nothing is parsed, decided or decoded, and each caller
  sends separately. If several callers coalesce, Slotwright exceeds the floor.
- \`pgbench\`: the lock-row transaction as a pgbench script, with as many clients as the others have connections.

What they do:

- \`own-slots\`: each caller books a different free slot.
- \`hot-slot\`: 64 callers want the same slot, then the next one. A refusal is an answer.
- \`search\`: the first 100 free slots of 50 providers in one week, with all that is stored of them (\`listSlots\`).
- \`search-week\`: the same with what a screen shows of them (\`findOpen\`).
- \`search-open\`: what a screen shows of the first 100 free slots of 50 providers from a time on, without an end.
- \`history\`: what happened to one slot.
- \`publish\`: each call publishes a thousand slots for a provider. Rates count slots, and latencies are those of calls.

A caller asks again as soon as it has its answer. Latency counts from the previous answer, and so includes waiting for one's
turn. Errors are answers that were neither yes nor no, slots booked twice, and bookings that were acknowledged but not found
in the database afterwards. If a round trip is added, a proxy on the same machine delays the messages between callers and
server, half of it each way.

### The plain select

What \`lock-row\` sends for \`search-week\` is the select that an application would write:

\`\`\`sql
${openSql("= ANY (?)", true)}
\`\`\`

\`search-open\` is the same without \`start_at < ?\`. MySQL and MariaDB take \`IN (?, ?, …)\` with a placeholder for each
provider, SQLite \`IN (SELECT value FROM json_each(?))\`. Six columns are read; plain tables have a \`status\` where
Slotwright has a \`version\`. The index is the one that serves it, on \`(provider_id, start_at)\`, and the table has no
wider columns and no other index than its key. It is prepared once by each connection, and the pool is as large as that of
the others. A hundred providers have 40 free slots in each of five weeks, and 50 of them are asked for. The row beyond the
page tells whether there is a next one; Slotwright reads it too, and counts the seats of groups.`;

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
