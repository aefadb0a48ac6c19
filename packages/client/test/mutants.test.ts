import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type Mutant, mutants } from "./mutants.ts";
import { openMemory } from "./simulation/databases.ts";
import { examples, plan } from "./simulation/plans.ts";
import { type Product, play } from "./simulation/play.ts";

const folder = join(import.meta.dirname, "..", ".mutants");
const source = join(import.meta.dirname, "..", "src");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the source with the flaw in it. */
async function flawed({ file, find, replace }: Mutant, index: number): Promise<Product> {
  const copy = join(folder, String(index));
  mkdirSync(copy, { recursive: true });
  cpSync(source, copy, { recursive: true });
  const text = readFileSync(join(copy, file), "utf8");
  if (text.split(find).length !== 2) throw new Error(`${file} has no longer one place with: ${find}`);
  writeFileSync(
    join(copy, file),
    text.replace(find, () => replace),
  );
  return import(join(copy, "index.ts")) as Promise<Product>;
}

const plays = { numRuns: 2_000, seed: 1, examples, endOnFailure: true };

test("a store without a flaw passes the same plays", async () => {
  const product = (await import("../src/index.ts")) as Product;
  await fc.assert(
    fc.asyncProperty(plan, (steps) => play(steps, product, openMemory)),
    plays,
  );
});

test.each(mutants.map((mutant, index) => [mutant.flaw, mutant, index] as const))(
  "a store that %s is caught",
  async (_, mutant, index) => {
    const product = await flawed(mutant, index);
    const property = fc.asyncProperty(plan, (steps) => play(steps, product, openMemory));
    const found = await fc.check(property, plays);
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toMatch(
      /foreseen|went back|given up|shown in version|differ|pending|told|took effect|gone|live|is not a function/,
    );
  },
);
