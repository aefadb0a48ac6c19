import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Run {
  readonly status: number;
  readonly output: string;
}

function run(script: string, ...args: readonly string[]): Promise<Run> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { timeout: 50_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output: stdout + stderr });
    });
  });
}

const demo = (...args: readonly string[]) => run("./demo/main.ts", "--processes", "2", "--callers", "8", ...args);
const databaseIn = ({ output }: Run) => /Database: (.+)/.exec(output)?.[1] ?? "";

const verdictsIn = ({ output }: Run) =>
  [...output.matchAll(/^(ok|BROKEN) +(file|\d)/gm)].map(([, verdict, label]) => `${label} ${verdict}`);

describe("the demo", () => {
  it("sells every seat once, among processes, and ends with status 0 and all invariants checked", async () => {
    const ended = await demo();
    expect(ended.output).toContain("2 processes with 8 callers each race for 8 seats");
    expect(ended.output).toContain("progress: 7 of 7 seats booked");
    expect(ended.output).toMatch(/slot_booked +│ +\d+ │ The slot is taken/);
    expect(ended.output).toContain("late-asker asks for Sun 28 Mar 06:00: the appointment is scheduled.");
    expect(ended.output).toContain("accepts: the appointment is confirmed.");
    expect(ended.output).toContain('"scenario": "slot_booked"');
    expect(ended.output).toMatch(/booked > available │ patient p\d-c\d\d +│ Feels well again/);
    expect(ended.output).not.toContain("FAULT");
    expect(verdictsIn(ended)).toEqual(["file ok", ...[1, 2, 3, 4, 5, 6, 7].map((number) => `${number} ok`)]);
    expect(ended.status).toBe(0);
    expect(existsSync(databaseIn(ended))).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    "notices that invariant %i was broken by hand, and ends with status 1",
    async (number) => {
      const ended = await demo("--break", String(number));
      expect(verdictsIn(ended)).toContain(`${number} BROKEN`);
      expect(ended.output).toContain("Invariants are broken.");
      expect(ended.status).toBe(1);
    },
  );

  it("keeps the file with --keep, and says how to look at it", async () => {
    const ended = await demo("--keep");
    const file = databaseIn(ended);
    expect(existsSync(file)).toBe(true);
    expect(ended.output).toContain(`sqlite3 "${file}"`);
    await rm(dirname(file), { recursive: true });
  });

  it("explains its flags, and refuses wrong ones with status 2", async () => {
    expect(await demo("--help")).toMatchObject({ status: 0, output: expect.stringContaining("--processes N") });
    expect(await demo("--callers", "many")).toMatchObject({
      status: 2,
      output: expect.stringContaining('--callers must be a whole number from 4 to 500, not "many"'),
    });
  });
});

describe("the quickstart", () => {
  it("books once, refuses the second caller, and passes the cancelled slot on", async () => {
    const { status, output } = await run("./quickstart.ts");
    expect(output).toContain("ada: confirmed");
    expect(output).toContain("scenario: 'slot_booked'");
    expect(output).toContain("ben: confirmed");
    expect(output).toContain("cancel by ada: available");
    expect(status).toBe(0);
  });
});
