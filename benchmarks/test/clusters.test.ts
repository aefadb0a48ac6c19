import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import { clustersPage } from "../clusters/clusters-page.ts";
import { measure } from "../clusters/measure.ts";
import { assumptions, modelOf } from "../clusters/model.ts";
import { parseClustersOptions } from "../clusters/options.ts";
import { type Place, type PlaceName, placeNames } from "../clusters/places.ts";
import { processorMs } from "../clusters/processor-time.ts";
import type { ClustersResult } from "../clusters/result.ts";
import type { ScaleResult } from "../scale/result.ts";
import { itIsACommand } from "./command-cases.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (...path: string[]) => readFileSync(join(docs, ...path), "utf8");
const result = JSON.parse(read("scale", "clusters.json")) as ClustersResult;
const scale = JSON.parse(read("scale", "results.json")) as ScaleResult;

describe("docs/scale-by-nodes.md", () => {
  it("is generated from the results beside it, which have every place and no error", () => {
    expect(read("scale-by-nodes.md")).toBe(clustersPage(result, scale));
    expect(result.places.map(({ place }) => place)).toEqual(placeNames);
    expect(result.places.flatMap(({ rows }) => rows.flatMap(({ errors }) => errors))).toEqual([]);
  });

  it("has distances of 0, 1, 5 and 20 ms where the network between the nodes is ours", () => {
    const alone: readonly PlaceName[] = ["postgres", "mysql", "mariadb"];
    for (const { place, rows } of result.places) {
      const distances = alone.includes(place) ? [0] : [0, 1, 5, 20];
      expect([...new Set(rows.map(({ roundTripMs }) => roundTripMs))]).toEqual(distances);
    }
  });
});

describe("the model of a thousand clinics", () => {
  const table = (name: string, bytesPerRow: number) => ({ table: name, rows: 1, bytesPerRow, indexBytesPerRow: 0 });
  const measured = { tables: [table("slots", 1024 ** 3)], bookCpuMs: 1_000, searchCpuMs: 10 };
  const simple = { ...assumptions, slotsPerYear: 3_600, takenShare: 1, cancelledShare: 0, movedShare: 0 };
  const allAtOnce = { ...simple, openDays: 1, busiestDay: 1, busiestHourShare: 1, commandsPerVisit: 0 };

  it("divides what happens in the busiest hour by its seconds", () => {
    const { perSecond, perYear, gibPerYear } = modelOf(measured, allAtOnce);
    expect(perSecond).toMatchObject({ bookings: 1, searches: 100, entries: 3, entriesRead: 15 });
    expect(perYear.commands).toBe(3_600 + 3_600 / 40);
    expect(gibPerYear).toBe(3_600);
  });

  it("counts slots that are booked again, and what follows a booking", () => {
    const again = modelOf(measured, { ...allAtOnce, cancelledShare: 0.5, movedShare: 0.25, commandsPerVisit: 2 });
    expect(again.perYear.bookings).toBe(7_200);
    expect(again.perYear.commands).toBe(90 + 7_200 + 3_600 + 1_800 + 7_200);
    expect(again.perYear.entries).toBe(3_600 + 2 * 10_800 + 3 * 1_800 + 7_200);
  });

  it("takes as many servers as the processor time needs, and the standbys", () => {
    const { busy, servers } = modelOf(measured, allAtOnce);
    expect(busy.commands).toBeCloseTo(1.025);
    expect(busy.searches).toBe(1);
    expect(servers).toEqual({ forTheLoad: 2, inAll: 4 });
    expect(modelOf(measured).servers.inAll).toBeGreaterThan(2);
  });
});

describe("bench:clusters", () => {
  itIsACommand({
    name: "bench:clusters",
    file: "clusters/main.ts",
    parse: parseClustersOptions,
    wrong: [
      ["--place", "oracle"],
      ["--ms", "soon"],
      ["--slots", "5"],
      ["--json", "/nowhere/report.json"],
    ],
    flags: ["--place", "--ms", "--slots", "--quick", "--json"],
  });

  it("measures engines in processes of their own", async ({ skip }) => {
    const server = await testServer("postgres");
    if (server === undefined) return skip(noServer("postgres"));
    const createDatabase = async () => [(await server.createDatabase()).url];
    const slowed: number[] = [];
    const slow = (ms: number) => void slowed.push(ms);
    const place: Place = { engine: "postgres", version: "", createDatabase, pids: [], slow, stop: async () => {} };
    const row = await measure(place, { nodes: 1, processes: 2, callers: 3, roundTripMs: 5, ms: 150 });
    expect(row).toMatchObject({ nodes: 1, processes: 2, callers: 3, errors: [], busy: { servers: null } });
    expect(row.commandsPerSecond).toBeGreaterThan(10);
    expect(row.p95Ms).toBeGreaterThanOrEqual(row.p50Ms);
    expect(slowed).toEqual([5, 0]);
  });

  it.runIf(process.platform === "linux")("counts the processor time of a process and of what it has started", () => {
    const before = processorMs([process.ppid]) ?? 0;
    const end = performance.now() + 150;
    while (performance.now() < end);
    expect((processorMs([process.ppid]) ?? 0) - before).toBeGreaterThan(20);
    expect(processorMs([])).toBeUndefined();
  });
});
