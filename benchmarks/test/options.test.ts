import { describe, expect, it } from "vitest";
import { scenariosOf } from "../measuring/scenario.ts";
import { parseOptions } from "../options.ts";
import { itIsACommand } from "./command-cases.ts";

function optionsOf(...args: string[]) {
  const options = parseOptions(args);
  if (options === "help") throw new Error("These options ask for help.");
  return options;
}

describe("the options of bench", () => {
  itIsACommand({
    name: "bench",
    file: "main.ts",
    wrong: [
      ["--engine", "oracle"],
      ["--callers", "0"],
      ["--rounds", "many"],
      ["--workload", "cold-slot"],
      ["--json", "no-such-folder/report.json"],
      ["--pairs", "1"],
      ["--least", "fast"],
      ["--pairs", "10"],
      ["--nonsense", "1"],
    ],
    flags: ["--engine", "--workload", "--callers", "--rounds", "--quick", "--against", "--json"],
  });

  it("measures what was asked for with 1 to 256 callers, near and far", () => {
    const scenarios = scenariosOf(optionsOf("--engine", "postgres", "--workload", "own-slots"));
    expect(scenarios.map(({ callers, rttMs }) => [callers, rttMs])).toEqual([
      ...[1, 16, 64, 256].map((callers) => [callers, 0]),
      ...[1, 16, 64, 256].map((callers) => [callers, 1]),
    ]);
  });

  it("adds no round trip to a file, and lets no lone caller contend for a slot", () => {
    const scenarios = scenariosOf(
      optionsOf("--engine", "sqlite", "--workload", "hot-slot", "--callers", "1", "--callers", "8"),
    );
    expect(scenarios).toEqual([{ engine: "sqlite", workload: "hot-slot", callers: 8, rttMs: 0 }]);
  });
});
