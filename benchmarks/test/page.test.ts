import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSql, plainSql } from "../contenders/plain-tables.ts";
import type { HttpResult } from "../http/result.ts";
import { insertSql, selectSql } from "../http/statements.ts";
import type { BenchmarkResult } from "../measuring/result.ts";
import { chartOf } from "../report/chart.ts";
import { pageOf } from "../report/page.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (...path: string[]) => readFileSync(join(docs, ...path), "utf8");
const result = JSON.parse(read("benchmarks", "results.json")) as BenchmarkResult;
const http = JSON.parse(read("benchmarks", "http.json")) as HttpResult;

describe("docs/benchmarks.md", () => {
  it("is generated from the results beside it, and so is the chart", () => {
    expect(read("benchmarks.md")).toBe(pageOf(result, http));
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

  it("leads with what a user feels, in milliseconds beside the plain application, and then has the tables", () => {
    const row = { engine: "sqlite", rttMs: 0, opsPerSecond: 10_000, p95Ms: 1, errors: 0 } as const;
    const page = pageOf({
      ...result,
      rows: [
        { ...row, workload: "taken", callers: 1, contender: "slotwright", p50Ms: 0.02229, p99Ms: 0.09367 },
        { ...row, workload: "taken", callers: 1, contender: "lock-row", p50Ms: 0.00694, p99Ms: 0.01088 },
        { ...row, workload: "taken", callers: 64, contender: "slotwright", p50Ms: 0.9176, p99Ms: 6.211 },
        { ...row, workload: "taken", callers: 64, contender: "lock-row", p50Ms: 0.4376, p99Ms: 3.336, rttMs: 1 },
      ],
    });
    const cells = ["a refusal: the slot is taken", "0.0223 / 0.0937", "0.00694 / 0.0109", "0.918 / 6.21", ""];
    const lines = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    expect(lines).toContainEqual(["", ...cells, ""]);
    const chapters = page.split("\n").filter((line) => line.startsWith("## "));
    expect(chapters[0]).toBe("## What a user feels");
    expect(chapters).toContain("## SQLite 3.54.1");
  });

  it("marks a p99 of fewer than a hundred answers, with about how many a round had", () => {
    const row = {
      engine: "mysql",
      rttMs: 0,
      callers: 1,
      contender: "slotwright",
      p50Ms: 11.7,
      p95Ms: 13,
      errors: 0,
    } as const;
    const page = pageOf({
      ...result,
      engines: result.engines.filter(({ engine }) => engine === "mysql"),
      roundMs: 300,
      rows: [
        { ...row, workload: "search-week", opsPerSecond: 86.6, p99Ms: 13.8 },
        { ...row, workload: "own-slots", opsPerSecond: 334, p99Ms: 14.1 },
        { ...row, workload: "news", opsPerSecond: 86.6, p99Ms: 15.2 },
      ],
    });
    expect(page).toMatch(/11\.7 \/ 13\.8 †26 \|/);
    expect(page).toMatch(/11\.7 \/ 14\.1 \|/);
    expect(page).toMatch(/11\.7 \/ 15\.2 \|/);
    expect(page).toContain("† A round of 0.3 s had fewer than a hundred answers");
  });

  it("counts the bookings of which no news came", () => {
    const row = { engine: "mysql", rttMs: 0, opsPerSecond: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1, callers: 64 } as const;
    const page = pageOf({
      ...result,
      engines: result.engines.filter(({ engine }) => engine === "mysql"),
      rows: [
        { ...row, workload: "feed", contender: "slotwright", errors: 0 },
        { ...row, workload: "news", contender: "lock-row", errors: 7 },
        { ...row, workload: "news-elsewhere", contender: "lock-row", errors: 4 },
        { ...row, workload: "news", contender: "slotwright", errors: 0 },
      ],
    });
    expect(page).toContain("by the plain poll: MySQL 11; by Slotwright: MySQL 0.");
  });

  it("writes out the plain select and the plain poll, and that the poll loses entries", () => {
    const page = read("benchmarks.md");
    for (const statement of [openSql("= ANY (?)", true), plainSql.auditAfter]) expect(page).toContain(statement);
    expect(page).toContain("It loses entries");
  });

  it("says what is served over HTTP, under which load, and what the plain routes send", () => {
    const page = read("benchmarks.md");
    for (const { ratio } of http.comparisons) {
      expect(page).toContain(ratio.ratio.toFixed(2));
      expect(page).toContain(`${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)}`);
    }
    for (const line of [insertSql, ...selectSql.split("\n")]) expect(page).toContain(line.trim());
    expect(page).toContain(`started ${http.startedAt}, load average ${http.loadAverage.before.toFixed(1)}`);
    for (const [name, value] of Object.entries(http.server.durability)) expect(page).toContain(`\`${name}=${value}\``);
  });

  it("is readable on light and on dark screens, without anything from elsewhere", () => {
    const chart = chartOf(result);
    expect(chart).toContain("prefers-color-scheme: dark");
    expect(chart).not.toMatch(/href|url\(|<script/);
  });
});
