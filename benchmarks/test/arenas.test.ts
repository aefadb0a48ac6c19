import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import type { Arena } from "../arenas/arena.ts";
import { serverParts } from "../arenas/open.ts";
import { serverArena } from "../arenas/server.ts";
import { sqliteArena } from "../arenas/sqlite.ts";
import {
  type Contender,
  contenderNames,
  followingWorkloads,
  newsWorkloads,
  type WorkloadName,
  workloadNames,
} from "../contenders/contender.ts";
import { coldTransactions } from "../contenders/pgbench.ts";
import { quickScale } from "../contenders/workloads.ts";
import type { BenchmarkResult } from "../measuring/result.ts";
import { type RunOptions, runBenchmark } from "../measuring/run.ts";
import { percentile } from "../measuring/statistics.ts";
import { chartOf } from "../report/chart.ts";
import { pageOf } from "../report/page.ts";

const callers = 6;
const [slots, shifts, reads] = [30, 6, 12];

async function arenaOf(engine: EngineName): Promise<Arena | undefined> {
  if (engine === "sqlite") return sqliteArena();
  const server = await testServer(engine);
  return server && serverArena(server, serverParts[engine]);
}

async function inContest(engine: EngineName, work: (contender: Contender) => Promise<void>): Promise<void> {
  const arena = await arenaOf(engine);
  const contest = await arena?.open({ callers, scale: quickScale, reach: (url) => url, names: contenderNames });
  try {
    for (const contender of contest?.contenders ?? []) await work(contender);
  } finally {
    await contest?.close();
    await arena?.close();
  }
}

function benchmark(engine: EngineName, more: Partial<RunOptions>): Promise<BenchmarkResult> {
  const selection = { engines: [engine], workloads: workloadNames, callers: [callers], rttMs: [0] };
  const failed = (_: EngineName, error: unknown) => {
    throw error;
  };
  const watcher = { begin: () => {}, progress: () => {}, measured: () => {}, failed };
  const options = { ...selection, rounds: 1, roundMs: 30, scale: quickScale, ...more };
  return runBenchmark(options, arenaOf, watcher, new AbortController().signal);
}

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const missing = new Set<EngineName>();
for (const engine of ["postgres", "mysql", "mariadb"] as const) {
  if ((await testServer(engine)) === undefined) missing.add(engine);
}

/** Includes the name, so that a failure names the contender. */
async function turnOf(contender: Contender, workload: WorkloadName, operations: number) {
  const before = await contender.tally();
  const { booked, done, errors } = await contender.turn({ workload, callers, operations });
  const after = await contender.tally();
  const stored = after.appointments - before.appointments;
  return { name: contender.name, done, errors, booked, stored, slots: after.bookedSlots - before.bookedSlots };
}

describe.each(engineNames)("the benchmark on %s", (engine) => {
  const runs = it.skipIf(missing.has(engine));

  runs("finds every booking that it has counted in the database, and makes every contender do its work", async () => {
    await inContest(engine, async (contender) => {
      const { name } = contender;
      const cold = name === "pgbench" ? coldTransactions : 0;
      const booked = slots + cold * callers;
      const booking = { name, errors: [], done: slots, booked, stored: booked, slots: booked };
      expect(await turnOf(contender, "own-slots", slots)).toEqual(booking);
      const hot = await turnOf(contender, "hot-slot", callers * 10);
      expect(hot).toMatchObject({ name, done: callers * 10, stored: hot.booked, slots: 10 + cold });
      // Nothing is locked: some of them are promised what somebody else has, or the database ends their transactions.
      if (name === "check-then-insert") expect(hot.booked + hot.errors.length).toBeGreaterThan(10);
      else expect(hot).toMatchObject({ name, booked: 10 + cold, errors: [] });
      await readAndPublish(contender);
      await follow(contender);
    });
  });

  runs("has a row for each contender in each workload, without an error unless nothing is locked", async () => {
    // On a server, the other workloads differ from this one only in what the previous test has covered.
    const workloads = engine === "sqlite" ? workloadNames : (["own-slots"] as const);
    const result = await benchmark(engine, { workloads });
    // A file in memory, as tests use if there is room, is not durable, and the result says so.
    const facts = result.engines.map((one) => [one.engine, one.isDurable || one.durability.storage !== "disk"]);
    expect(facts).toEqual([[engine, true]]);
    for (const row of result.rows) {
      expect(row).toEqual({
        ...{ engine, workload: expect.any(String), callers, rttMs: 0, contender: expect.any(String) },
        perRound: [expect.any(Number)],
        ...{ opsPerSecond: expect.any(Number), p50Ms: expect.any(Number), p95Ms: expect.any(Number) },
        ...{ p99Ms: expect.any(Number), errors: row.contender === "check-then-insert" ? expect.any(Number) : 0 },
      });
      expect(row.opsPerSecond).toBeGreaterThan(0);
      expect(row.p99Ms).toBeGreaterThanOrEqual(row.p50Ms);
    }
    const rowNames = result.rows.filter(({ contender }) => contender !== "pgbench").map(rowName);
    expect(rowNames).toEqual(expectedNames.filter((name) => workloads.some((workload) => name.startsWith(workload))));
    expect(chartOf(result)).toContain("own-slots");
    expect(pageOf(result)).toContain(`## ${result.engines[0]?.title}`);
  });

  if (engine !== "sqlite")
    it.skipIf(missing.has(engine))("takes longer if a round trip is added", async () => {
      const contenders = ["slotwright", "slotwright-unseen", "lock-row"] as const;
      const { rows, addedRoundTrips } = await benchmark(engine, { rttMs: [5], workloads: ["own-slots"], contenders });
      expect(addedRoundTrips.map(({ wantedMs }) => wantedMs)).toEqual([5]);
      const [slotwright, unseen, lockRow] = rows;
      // A trip to write; one to read before that; and six.
      expect(slotwright?.p50Ms).toBeGreaterThan(4.5);
      expect(unseen?.p50Ms).toBeGreaterThan(9);
      expect(lockRow?.p50Ms).toBeGreaterThan(28);
      expect(rows.map(({ errors }) => errors)).toEqual([0, 0, 0]);
    });
});

const readWorkloads = ["taken", "search", "search-week", "search-open", "live-search", "history"] as const;

async function readAndPublish(contender: Contender): Promise<void> {
  const { name, workloads } = contender;
  const others = readWorkloads.filter((workload) => workloads.includes(workload));
  for (const workload of others) {
    expect(await contender.turn({ workload, callers, operations: reads })).toMatchObject({ done: reads, errors: [] });
  }
  if (!workloads.includes("publish")) return;
  const done = shifts * quickScale.slotsPerShift;
  const published = await turnOf(contender, "publish", shifts);
  expect(published).toEqual({ name, errors: [], done, booked: 0, stored: 0, slots: 0 });
}

/** Each reader is given every entry once, and news comes as soon as the reader looks for it. */
async function follow(contender: Contender): Promise<void> {
  const { name, workloads } = contender;
  if (!workloads.includes("feed")) return;
  const fed = await contender.turn({ workload: "feed", callers, operations: 2 * callers });
  expect({ name, ...fed }).toMatchObject({ name, done: 2 * callers * quickScale.slotsPerShift, errors: [] });
  expect(fed.latenciesMs).toHaveLength(2 * callers);
  const { bookings } = quickScale.news;
  for (const workload of newsWorkloads) {
    const { booked, errors, latenciesMs } = await contender.turn({ workload, callers, operations: 1 });
    expect({ name, booked, told: latenciesMs.length + errors.length }).toEqual({
      ...{ name, booked: bookings, told: bookings },
    });
    if (name !== "slotwright") continue;
    expect({ workload, errors }).toEqual({ workload, errors: [] });
    // A poll each second would usually take longer.
    if (workload !== "news-elsewhere") expect(percentile(latenciesMs, 0.5)).toBeLessThan(300);
  }
}

const rowName = ({ workload, contender }: { readonly workload: string; readonly contender: string }) =>
  `${workload} ${contender}`;

const writers = ["slotwright", "slotwright-unseen", "lock-row", "lock-row-kysely", "check-then-insert", "floor"];
const readers = ["slotwright", "lock-row", "lock-row-kysely", "floor"];
const publishers = ["slotwright", "lock-row", "lock-row-kysely"];
const expectedNames = [
  ...[...writers.slice(0, 2), "slotwright-policies", ...writers.slice(2)].map((name) => `own-slots ${name}`),
  ...["slotwright", "slotwright-unseen", "slotwright-policies", "lock-row", "lock-row-kysely"].map(
    (name) => `spread-slots ${name}`,
  ),
  ...writers.map((name) => `hot-slot ${name}`),
  ...["slotwright", "slotwright-unseen", "lock-row", "lock-row-kysely", "floor"].map((name) => `taken ${name}`),
  ...["search", "search-week", "search-open"].flatMap((workload) => readers.map((name) => `${workload} ${name}`)),
  ...publishers.map((name) => `live-search ${name}`),
  ...readers.map((name) => `history ${name}`),
  ...publishers.map((name) => `publish ${name}`),
  ...followingWorkloads.flatMap((workload) => [`${workload} slotwright`, `${workload} lock-row`]),
];
