import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("the example of the feed shows what a booking changed, and the screen follows", async () => {
  const file = fileURLToPath(new URL("./feed.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  expect(stdout).toMatch(/^book by ada: slot status available > booked, appointmentId – > /m);
  expect(stdout).toMatch(/^Free slots: 1$/m);
});
