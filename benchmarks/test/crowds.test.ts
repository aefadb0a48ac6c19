import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { demandOf } from "../crowds/calls.ts";
import { parseCrowdsOptions } from "../crowds/options.ts";
import { problemsOf } from "../crowds/report.ts";
import type { CrowdsOn } from "../crowds/run.ts";
import { itIsACommand } from "./command-cases.ts";

describe("a calendar that is asked for more than it has", () => {
  const options = { seed: 110_527, calls: 110_527, facilities: 80, days: 27 };

  it("is the same for the same seed, and lacks a tenth of the seats", () => {
    const demand = demandOf(options);
    expect(demandOf(options)).toEqual(demand);
    expect(demand.calls).toHaveLength(110_527);
    const seats = demand.times.reduce((sum, { seats }) => sum + seats, 0);
    expect(seats / 110_527).toBeGreaterThan(0.89);
    expect(seats / 110_527).toBeLessThan(0.91);
    expect(new Set(demand.times.map(({ facility }) => facility)).size).toBe(80);
    expect(new Set(demand.times.map(({ start }) => start.toISOString().slice(0, 10))).size).toBe(27);
  });
});

describe("bench:crowds", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  itIsACommand({
    name: "bench:crowds",
    file: "crowds/main.ts",
    parse: parseCrowdsOptions,
    wrong: [["--engine", "oracle"]],
    flags: ["--engine", "--seed", "--quick", "--json"],
  });

  it("sells every seat once, and refuses exactly the overflow", () => {
    folder = mkdtempSync(join(tmpdir(), "slotwright-crowds-"));
    const json = join(folder, "crowds.json");
    const program = join(import.meta.dirname, "..", "crowds", "main.ts");
    const args = [program, "--quick", "--engine", "sqlite", "--json", json];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
    expect(stdout).toContain("Every seat was sold, none twice, and in time.");
    expect(status).toBe(0);
    const [measured] = JSON.parse(readFileSync(json, "utf8")).engines as [CrowdsOn];
    expect(measured.replayed.booked).toBe(measured.replayed.seats);
    expect(measured.replayed.refused).toBe(measured.replayed.calls - measured.replayed.seats);
    const wrong = { ...measured, replayed: { ...measured.replayed, wrongTimes: 2 } };
    expect(problemsOf(wrong, true)).toEqual(["sqlite: at 2 times, the wrong number of seats was booked."]);
    const [one] = measured.thousand;
    const slow = {
      ...measured,
      thousand: [{ ...one, bySlotMs: 100, byTimeMs: 301 }],
      few: { ...measured.few, callers: 5_000, byTimeMs: 1_000 },
      hotSlotPerSecond: 10_000,
      replayed: { ...measured.replayed, replayMs: 300_001 },
    } as CrowdsOn;
    expect(problemsOf(slow, false)).toEqual([
      "sqlite: by time, 1 processes took over 3 times as long as by slot.",
      "sqlite: the rate for few seats is 0.50 of the rate of hot-slot.",
      "sqlite: the replay took more than five minutes.",
    ]);
    expect(problemsOf(slow, true)).toEqual([]);
  }, 120_000);
});
