/** Makes docs/benchmarks.md from docs/benchmarks/results.json: `node benchmarks/page.ts`. A test holds the two together. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchmarkResult } from "./measuring/result.ts";
import { pageOf } from "./report/page.ts";

const docs = join(import.meta.dirname, "..", "docs");
const result = JSON.parse(readFileSync(join(docs, "benchmarks", "results.json"), "utf8")) as BenchmarkResult;
writeFileSync(join(docs, "benchmarks.md"), pageOf(result));
