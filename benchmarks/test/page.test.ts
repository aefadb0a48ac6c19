import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BenchmarkResult } from "../measuring/result.ts";
import { chartOf } from "../report/chart.ts";
import { pageOf } from "../report/page.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (...path: string[]) => readFileSync(join(docs, ...path), "utf8");
const result = JSON.parse(read("benchmarks", "results.json")) as BenchmarkResult;

describe("docs/benchmarks.md", () => {
  it("is generated from the result beside it, and so is the chart", () => {
    expect(read("benchmarks.md")).toBe(pageOf(result));
    expect(read("benchmarks", "results.svg")).toBe(chartOf(result));
  });

  it("names the machine, how busy it was, the versions, and how durable commits were", () => {
    const page = read("benchmarks.md");
    const { machine, loadAverage, versions, engines } = result;
    for (const named of [machine.processor, `load average ${loadAverage.before.toFixed(1)}`])
      expect(page).toContain(named);
    for (const [name, version] of Object.entries(versions)) expect(page).toContain(`${name} ${version}`);
    for (const { title, version, durability } of engines) {
      expect(page).toContain(`${title} ${version}`);
      for (const [setting, value] of Object.entries(durability)) expect(page).toContain(`\`${setting}=${value}\``);
    }
  });

  it("is readable on light and on dark screens, without anything from elsewhere", () => {
    const chart = chartOf(result);
    expect(chart).toContain("prefers-color-scheme: dark");
    expect(chart).not.toMatch(/href|url\(|<script/);
  });
});
