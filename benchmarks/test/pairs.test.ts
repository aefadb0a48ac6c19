import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { compareVersions, tooSlow } from "../pairs/compare.ts";
import { intervalOf } from "../pairs/interval.ts";
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

  it("says so if there is no such commit", async () => {
    await expect(openVersion("no-such-commit", () => {})).rejects.toThrow("no-such-commit");
  });
});
