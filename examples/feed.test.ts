import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("the example of the feed shows what bookings changed, and misses none between its cursor and its list", async () => {
  const file = fileURLToPath(new URL("./feed.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  for (const subject of ["ada", "ben"]) {
    const line = new RegExp(`^book by ${subject}: slot status available > booked, appointmentId – > `, "gm");
    expect(stdout.match(line)).toHaveLength(1);
  }
  expect(stdout).toMatch(/^Free slots: 1$/m);
});
