/**
 * Makes docs/benchmarks.md and its chart from docs/benchmarks/results.json and http.json: `node benchmarks/page.ts`. A test
 * holds them together.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HttpResult } from "./http/result.ts";
import type { BenchmarkResult } from "./measuring/result.ts";
import { chartOf } from "./report/chart.ts";
import { pageOf } from "./report/page.ts";

const docs = join(import.meta.dirname, "..", "docs");
const read = (name: string): unknown => JSON.parse(readFileSync(join(docs, "benchmarks", name), "utf8"));
const result = read("results.json") as BenchmarkResult;
writeFileSync(join(docs, "benchmarks.md"), pageOf(result, read("http.json") as HttpResult));
writeFileSync(join(docs, "benchmarks", "results.svg"), chartOf(result));
