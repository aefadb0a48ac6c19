import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./publish-year.ts", import.meta.url));

it("the second call publishes the rest of a year that was stopped halfway", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout).toContain("the first 3000 have their slots (3000)");
  expect(stdout).toContain("5840 slots are published.");
  expect(stdout).toContain("The first slot of July starts at 2027-07-01T06:00:00.000Z.");
});
