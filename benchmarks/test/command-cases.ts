import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

interface CommandCases {
  readonly name: string;
  /** In the folder of the benchmarks. */
  readonly file: string;
  readonly wrong: readonly (readonly [flag: string, value: string])[];
  readonly flags: readonly string[];
}

/** Tests what every command of the benchmarks promises to who calls it. */
export function itIsACommand({ name, file, wrong, flags }: CommandCases): void {
  const program = join(import.meta.dirname, "..", file);
  // Bounded here: a call that blocks the process is not ended by the time limit of the test.
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { encoding: "utf8", timeout: 30_000 });

  it.each(wrong)("ends with status 2, and says which flag is wrong: %s %s", (flag, value) => {
    const { status, stderr } = run(flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(`Usage: ${name}`);
  });

  it("shows the options with --help, and ends with status 0", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    for (const flag of flags) expect(stdout).toContain(flag);
  });
}
