import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openArena } from "../arenas/open.ts";
import { compareVersions, tooSlow } from "../pairs/compare.ts";
import { intervalOf } from "../pairs/interval.ts";
import { measureInTurns } from "../pairs/turns.ts";
import { openVersion, thisFolder } from "../pairs/version.ts";

describe("the interval of a ratio", () => {
  it("comes from Student's t distribution, around the geometric mean", () => {
    // Of the logarithms 0.1, 0.2 and 0.3: mean 0.2, deviation 0.1, t(2) = 4.303.
    const { ratio, lower, upper, pairs } = intervalOf([0.1, 0.2, 0.3].map(Math.exp));
    const reach = (4.303 * 0.1) / Math.sqrt(3);
    expect(pairs).toBe(3);
    expect(Math.log(ratio)).toBeCloseTo(0.2, 10);
    expect(Math.log(lower)).toBeCloseTo(0.2 - reach, 10);
    expect(Math.log(upper)).toBeCloseTo(0.2 + reach, 10);
  });

  it("is the reciprocal if old and new change places", () => {
    const ratios = [0.9, 1.1, 1.05, 0.97];
    const [one, other] = [intervalOf(ratios), intervalOf(ratios.map((ratio) => 1 / ratio))];
    expect(one.lower).toBeCloseTo(1 / other.upper, 10);
  });
});

/** A checkout in which one workload is missing, one throws, and one has no answer that is not an error. */
function writeOldVersion(folder: string): void {
  mkdirSync(join(folder, "benchmarks", "arenas"), { recursive: true });
  writeFileSync(join(folder, "benchmarks", "main.ts"), "");
  writeFileSync(
    join(folder, "benchmarks", "arenas", "open.ts"),
    `import { openArena as open } from ${JSON.stringify(join(thisFolder, "benchmarks", "arenas", "open.ts"))};
    const olderOf = (contender) => ({
      ...contender,
      workloads: ["own-slots", "history", "publish"],
      async turn(load) {
        if (load.workload === "history") throw new TypeError("engine.history is not a function");
        const turn = await contender.turn(load);
        return load.workload === "publish" ? { ...turn, errors: turn.latenciesMs.map(() => "No such table") } : turn;
      },
    });
    export async function openArena(engine) {
      const arena = await open(engine);
      return {
        ...arena,
        async open(conditions) {
          const contest = await arena.open(conditions);
          return { ...contest, contenders: contest.contenders.map(olderOf) };
        },
      };
    }`,
  );
}

describe("bench --against", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("measures both versions in turns, and reports if the new one does not reach what it has to", async () => {
    folder = mkdtempSync(join(tmpdir(), "slotwright-pairs-"));
    const json = join(folder, "pairs.json");
    const load = { engines: ["sqlite"], workloads: ["own-slots"], callers: [4], rounds: 1, roundMs: 20 } as const;
    const options = { ...load, against: thisFolder, pairs: 2, isQuick: true, json };
    const { signal } = new AbortController();
    expect(await compareVersions({ ...options, least: 0 }, signal)).toBe(0);
    const { compared } = JSON.parse(readFileSync(json, "utf8"));
    expect(compared).toMatchObject([{ engine: "sqlite", workload: "own-slots", callers: 4, pairs: 2, errors: 0 }]);
    expect(tooSlow(compared, 0)).toEqual([]);
    expect(tooSlow(compared, Number.POSITIVE_INFINITY)).toEqual(compared);
    expect(tooSlow([{ ...compared[0], errors: 1 }], 0)).toHaveLength(1);
  }, 120_000);

  it("leaves out what the old version has not or fails at, says why, and compares the rest", async () => {
    folder = mkdtempSync(join(tmpdir(), "slotwright-pairs-"));
    writeOldVersion(folder);
    const json = join(folder, "pairs.json");
    const load = { engines: ["sqlite"], callers: [4], rounds: 1, roundMs: 20, pairs: 2, isQuick: true } as const;
    const workloads = ["own-slots", "search-week", "history", "publish"] as const;
    const said = vi.spyOn(console, "log").mockImplementation(() => {});
    const { signal } = new AbortController();
    try {
      expect(await compareVersions({ ...load, workloads, against: folder, json, least: 0 }, signal)).toBe(0);
      const lines = said.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith("Left out"));
      expect(lines).toEqual([
        "Left out: sqlite, search-week, 4 callers, because the old version has no workload search-week.",
        "Left out: sqlite, history, 4 callers, because the old version fails: engine.history is not a function.",
        "Left out: sqlite, publish, 4 callers, because the old version has nothing but errors: No such table.",
      ]);
    } finally {
      said.mockRestore();
    }
    const { compared, leftOut } = JSON.parse(readFileSync(json, "utf8"));
    expect(compared).toMatchObject([{ workload: "own-slots", pairs: 2, errors: 0 }]);
    expect(leftOut).toHaveLength(3);
  }, 120_000);

  it("does not leave out what the new version fails at", async () => {
    folder = mkdtempSync(join(tmpdir(), "slotwright-pairs-"));
    writeOldVersion(folder);
    const { openArena: failing } = await import(join(folder, "benchmarks", "arenas", "open.ts"));
    const effort = { rounds: 1, roundMs: 20, isQuick: true } as const;
    const task = { ...effort, engine: "sqlite", workloads: ["history"], callers: [4] } as const;
    await expect(measureInTurns({ old: openArena, new: failing }, task)).rejects.toThrow("engine.history");
  });

  it("says so if there is no such commit", async () => {
    await expect(openVersion("no-such-commit", () => {})).rejects.toThrow("no-such-commit");
  });
});
