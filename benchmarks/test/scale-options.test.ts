import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseScaleOptions } from "../scale/options.ts";

const main = join(import.meta.dirname, "..", "scale", "main.ts");
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

describe("the options of bench:scale", () => {
  it.each([
    ["--engine", "mysql"],
    ["--slots", "10000,9999"],
    ["--slots", "many"],
    ["--commands", "20000"],
    ["--nonsense", "1"],
  ])("ends with status 2, and says which flag is wrong: %s %s", (flag, value) => {
    const { status, stderr } = bench(flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain("Usage: bench:scale");
  });

  it("shows the options with --help, and ends with status 0", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    for (const flag of ["--engine", "--slots", "--quick", "--memory", "--json"]) expect(stdout).toContain(flag);
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
