import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./import-busy.ts", import.meta.url));

it("the busy time of another calendar is blocked, and free again when it has moved", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(stdout.trim().split("\n")).toEqual([
    "1 slot is blocked, and 1 is booked.",
    "1 slot is free again, and 1 is blocked.",
    "On offer: 2027-03-22T09:00:00.000Z",
    "At eleven: hospital",
  ]);
});
