import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MemoryResult } from "../scale/memory/result.ts";
import { mostGrowth, notFlat } from "../scale/report.ts";
import type { ScaleResult } from "../scale/result.ts";
import { scalePage } from "../scale/scale-page.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (...path: string[]) => readFileSync(join(docs, ...path), "utf8");
const result = JSON.parse(read("scale", "results.json")) as ScaleResult;
const memory = JSON.parse(read("scale", "memory.json")) as MemoryResult;
const page = read("scale.md");

describe("docs/scale.md", () => {
  it("is generated from the results beside it", () => {
    expect(page).toBe(scalePage(result, memory));
  });

  it("names the machine, how busy it was, the versions, and how durable commits were", () => {
    const { machine, loadAverage, versions, engines } = result;
    for (const named of [machine.processor, `load average ${loadAverage.before.toFixed(1)}`])
      expect(page).toContain(named);
    for (const [name, version] of Object.entries(versions)) expect(page).toContain(`${name} ${version}`);
    for (const { facts, settings } of engines) {
      expect(facts.isDurable).toBe(true);
      expect(page).toContain(`${facts.title} ${facts.version}`);
      for (const [setting, value] of Object.entries({ ...facts.durability, ...settings })) {
        expect(page).toContain(`\`${setting}=${value}\``);
      }
    }
  });

  it("reports for both engines what is not flat", () => {
    expect(result.engines.map(({ facts }) => facts.engine)).toEqual(["sqlite", "postgres"]);
    for (const engine of result.engines) {
      for (const { timeRatio } of notFlat(engine)) expect(page).toContain(`(${timeRatio.toFixed(2)})`);
    }
    const flat = { ...result.engines[0], rows: result.engines[0]?.rows.map((row) => ({ ...row, p50Ms: 1 })) };
    const steep = { ...flat, rows: flat.rows?.map((row) => ({ ...row, p50Ms: row.slots })) };
    expect(notFlat(flat as never)).toEqual([]);
    expect(notFlat(steep as never).every(({ timeRatio }) => timeRatio > mostGrowth)).toBe(true);
    expect(notFlat(steep as never)).not.toEqual([]);
  });
});
