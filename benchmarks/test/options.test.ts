import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scenariosOf } from "../measuring/scenario.ts";
import { parseOptions } from "../options.ts";

const main = join(import.meta.dirname, "..", "main.ts");
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

function optionsOf(...args: string[]) {
  const options = parseOptions(args);
  if (options === "help") throw new Error("These options ask for help.");
  return options;
}

describe("the options of bench", () => {
  it.each([
    ["--engine", "oracle"],
    ["--callers", "0"],
    ["--rounds", "many"],
    ["--workload", "cold-slot"],
    ["--nonsense", "1"],
  ])("ends with status 2, and says which flag is wrong: %s %s", (flag, value) => {
    const { status, stderr } = bench(flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain("Usage: bench");
  });

  it("shows the options with --help, and ends with status 0", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    for (const flag of ["--engine", "--workload", "--callers", "--rounds", "--quick", "--json"])
      expect(stdout).toContain(flag);
  });

  it("measures what was asked for with 1 to 256 callers, near and far", () => {
    const scenarios = scenariosOf(optionsOf("--engine", "postgres", "--workload", "own-slots"));
    expect(scenarios.map(({ callers, rttMs }) => [callers, rttMs])).toEqual([
      ...[1, 16, 64, 256].map((callers) => [callers, 0]),
      ...[1, 16, 64, 256].map((callers) => [callers, 1]),
    ]);
  });

  it("adds no round trip to a file, and has no lone caller contend for a slot", () => {
    const scenarios = scenariosOf(
      optionsOf("--engine", "sqlite", "--workload", "hot-slot", "--callers", "1", "--callers", "8"),
    );
    expect(scenarios).toEqual([{ engine: "sqlite", workload: "hot-slot", callers: 8, rttMs: 0 }]);
  });
});
