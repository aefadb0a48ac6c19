/**
 * Makes docs/scale.md from docs/scale/results.json and docs/scale/memory.json: `node benchmarks/scale/page.ts`. A test holds
 * them together.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MemoryResult } from "./memory/result.ts";
import type { ScaleResult } from "./result.ts";
import { scalePage } from "./scale-page.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (name: string): unknown => JSON.parse(readFileSync(join(docs, "scale", name), "utf8"));
writeFileSync(
  join(docs, "scale.md"),
  scalePage(read("results.json") as ScaleResult, read("memory.json") as MemoryResult),
);
