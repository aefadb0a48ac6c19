import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./import-calendar.ts", import.meta.url));

it("the busy time of an iCalendar text is blocked, where one that cannot be read changes nothing", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout.trim().split("\n")).toEqual([
    "3 busy times are new, and 2 slots are blocked.",
    "On offer: 2027-03-29T07:00:00.000Z",
    "calendar.vevent.0.rrule too_much",
  ]);
});
