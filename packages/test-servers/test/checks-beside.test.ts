import { describe, expect, it } from "vitest";
import { type Command, checksBeside } from "../src/vitest/checks-beside.ts";

const program = (name: string, code: string): Command => ({ name, words: [process.execPath, "-e", code] });
const passing = (name: string) => program(name, "console.log('all is well')");
const failing = (name: string, status: number) =>
  program(name, `console.log("${name} found a flaw"); console.error("in a file"); process.exit(${status})`);

async function outcomeOf(tests: Command, checks: readonly Command[]) {
  const printed: string[] = [];
  const status = await checksBeside(tests, checks, (text) => printed.push(text));
  return { status, printed };
}

describe("checks beside the tests", () => {
  it("pass with 0, and say no more than that they passed", async () => {
    const { status, printed } = await outcomeOf(program("tests", ""), [passing("lint"), passing("types")]);
    expect(status).toBe(0);
    expect(printed).toEqual(["Checks: lint passed, types passed."]);
  });

  it("fail the run with their status and output, at once and again at the end, and keep no later check from running", async () => {
    const checks = [passing("lint"), failing("types", 3), failing("unused", 4), passing("packages")];
    const { status, printed } = await outcomeOf(program("tests", ""), checks);
    expect(status).toBe(3);
    const types = "\ntypes failed with status 3, and said:\ntypes found a flaw\nin a file\n";
    const unused = "\nunused failed with status 4, and said:\nunused found a flaw\nin a file\n";
    const last = "Checks: lint passed, types FAILED, unused FAILED, packages passed.";
    expect(printed).toEqual([types, unused, types, unused, last]);
  });

  it("leave the tests' own failure as the status", async () => {
    const tests = program("tests", "process.exit(7)");
    expect((await outcomeOf(tests, [passing("lint")])).status).toBe(7);
    expect((await outcomeOf(tests, [failing("lint", 3)])).status).toBe(7);
  });

  it("that are killed or cannot be started have failed", async () => {
    const killed = program("lint", "process.kill(process.pid, 'SIGKILL')");
    const absent: Command = { name: "types", words: ["no-such-program-of-slotwright"] };
    const { status, printed } = await outcomeOf(program("tests", ""), [killed, absent]);
    expect(status).toBe(1);
    expect(printed.at(-1)).toBe("Checks: lint FAILED, types FAILED.");
    expect(printed.join("\n")).toContain("no-such-program-of-slotwright ENOENT");
    expect((await outcomeOf({ ...killed, name: "tests" }, [passing("lint")])).status).toBe(1);
  });

  it.skipIf(process.platform === "win32")("take what the tests leave of the processors", async () => {
    const nice = (name: string) => program(name, `process.exit(100 + require("node:os").getPriority())`);
    const own = (await import("node:os")).getPriority();
    expect((await outcomeOf(nice("tests"), [])).status).toBe(100 + own);
    const slow = program("lint", `setTimeout(() => process.exit(100 + require("node:os").getPriority()), 200)`);
    expect((await outcomeOf(program("tests", ""), [slow])).status).toBe(100 + Math.max(own, 5));
  });
});
