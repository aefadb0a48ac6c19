import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

interface CommandCases {
  readonly name: string;
  /** In the folder of the benchmarks. */
  readonly file: string;
  readonly parse: (args: readonly string[]) => unknown;
  readonly wrong: readonly (readonly [flag: string, value: string])[];
  readonly flags: readonly string[];
}

/** Tests what every command of the benchmarks promises to its users. */
export function itIsACommand({ name, file, parse, wrong, flags }: CommandCases): void {
  const program = join(import.meta.dirname, "..", file);
  // Bounded here, because the test's time limit does not end a call that blocks the process.
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { encoding: "utf8", timeout: 30_000 });

  it.each(wrong)("refuses a wrong value, and names the flag: %s %s", (flag, value) => {
    expect(() => parse([flag, value])).toThrow(flag);
  });

  it("exits with status 2 if a flag is refused, and shows the options", () => {
    const [[flag, value]] = wrong as [CommandCases["wrong"][number]];
    const { status, stderr } = run(flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(`Usage: ${name}`);
  });

  it("shows the options with --help, and exits with status 0", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    for (const flag of flags) expect(stdout).toContain(flag);
  });
}
