import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./hours.ts", import.meta.url));

it("the hours of a practice become slots, also in the week in which the clocks are changed", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout).toContain("Sun 01:00 to Sun 03:00\nMon 10:00 to Mon 10:30\n");
  expect(stdout).toContain("18 slots are published.");
});
