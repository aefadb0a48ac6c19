import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./local-time.ts", import.meta.url));

it("local times go in, Temporal objects come out, and a time that does not exist is refused", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout.trim().split("\n")).toEqual([
    "60 minutes",
    "from.local no_such_time",
    "1 slot begins before.",
    "2027-03-28T01:30:00+01:00[Europe/Berlin] to 03:30:00",
    "2027-03-28T01:00:00Z",
  ]);
});
