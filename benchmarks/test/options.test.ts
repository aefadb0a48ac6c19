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
    parse: parseOptions,
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

  it("has one reader and a thousand of the feed, and waits for news without an added round trip", () => {
    const scenarios = scenariosOf(optionsOf("--engine", "mysql", "--workload", "feed", "--workload", "news"));
    expect(scenarios.map(({ workload, callers, rttMs }) => [workload, callers, rttMs])).toEqual([
      ...[1, 1000].map((readers) => ["feed", readers, 0]),
      ...[1, 64].map((callers) => ["news", callers, 0]),
    ]);
    const far = scenariosOf(optionsOf("--engine", "mysql", "--workload", "feed", "--rtt", "5", "--rtt", "1"));
    expect(far.map(({ rttMs }) => rttMs)).toEqual([5, 5]);
  });

  it("is quick with one round trip and at most 64 callers", () => {
    const scenarios = scenariosOf(optionsOf("--quick"));
    expect(new Set(scenarios.map(({ rttMs, callers }) => `${rttMs} ms, ${callers}`))).toEqual(
      new Set(["0 ms, 1", "0 ms, 64"]),
    );
  });

  it("adds no round trip to a file, and lets no lone caller contend for a slot", () => {
    const scenarios = scenariosOf(
      optionsOf("--engine", "sqlite", "--workload", "hot-slot", "--callers", "1", "--callers", "8"),
    );
    expect(scenarios).toEqual([{ engine: "sqlite", workload: "hot-slot", callers: 8, rttMs: 0 }]);
  });
});
