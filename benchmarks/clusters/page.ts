/**
 * Makes docs/scale-by-nodes.md from docs/scale/clusters.json and docs/scale/results.json: `node benchmarks/clusters/page.ts`.
 * A test holds them together.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScaleResult } from "../scale/result.ts";
import { clustersPage } from "./clusters-page.ts";
import type { ClustersResult } from "./result.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (name: string): unknown => JSON.parse(readFileSync(join(docs, "scale", name), "utf8"));
writeFileSync(
  join(docs, "scale-by-nodes.md"),
  clustersPage(read("clusters.json") as ClustersResult, read("results.json") as ScaleResult),
);
