import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./computed-openings.ts", import.meta.url));

it("openings are computed for each length, booked at once, and given back", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout.trim().split("\n")).toEqual([
    "Half an hour: 09:00 09:15 09:30 09:45 10:00",
    "An hour: 09:00 09:15 09:30",
    "confirmed in a slot that is booked",
    "Half an hour: 10:00",
    "Eight o'clock: weekly",
    "It now begins at 09:30",
    "The slot is withdrawn",
    "Half an hour: 09:00 09:15 09:30 09:45 10:00",
  ]);
});
