import { describe, expect, it } from "vitest";
import { parseScaleOptions } from "../scale/options.ts";
import { itIsACommand } from "./command-cases.ts";

describe("the options of bench:scale", () => {
  itIsACommand({
    name: "bench:scale",
    file: "scale/main.ts",
    parse: parseScaleOptions,
    wrong: [
      ["--engine", "mysql"],
      ["--slots", "10000,9999"],
      ["--slots", "many"],
      ["--commands", "20000"],
      ["--json", "no-such-folder/report.json"],
      ["--nonsense", "1"],
    ],
    flags: ["--engine", "--slots", "--quick", "--memory", "--json"],
  });

  it("goes from 10 thousand to 10 million slots on both engines, and does a million commands, unless told otherwise", () => {
    expect(parseScaleOptions([])).toMatchObject({
      what: "sizes",
      engines: ["sqlite", "postgres"],
      sizes: [10_000, 100_000, 1_000_000, 10_000_000],
    });
    expect(parseScaleOptions(["--slots", "50000,10000"])).toMatchObject({ sizes: [10_000, 50_000] });
    expect(parseScaleOptions(["--memory"])).toMatchObject({ what: "memory", commands: 1_000_000 });
  });
});
