/**
 * Makes docs/benchmarks.md and its chart from docs/benchmarks/results.json: `node benchmarks/page.ts`. A test holds them
 * together.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchmarkResult } from "./measuring/result.ts";
import { chartOf } from "./report/chart.ts";
import { pageOf } from "./report/page.ts";

const docs = join(import.meta.dirname, "..", "docs");
const result = JSON.parse(readFileSync(join(docs, "benchmarks", "results.json"), "utf8")) as BenchmarkResult;
writeFileSync(join(docs, "benchmarks.md"), pageOf(result));
writeFileSync(join(docs, "benchmarks", "results.svg"), chartOf(result));
