import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./publish-slots.ts", import.meta.url));

it("slots follow the hours of a practice, night by night, and a change says what it will do", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout).toContain("Three months are published.\n0 slots are created or withdrawn the next time.");
  expect(stdout).toContain("It would withdraw many slots.\n1 appointment would lie outside of the hours: true");
  expect(stdout).toContain("1 appointment has to be moved.");
});
