import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./relay.ts", import.meta.url));

it("a relay sends webhooks and keeps reminders, each in order, and goes on with what was parked", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  const lines = stdout.trim().split("\n");
  const of = (name: string) => lines.filter((line) => line.includes(name));
  expect(of("ben")).toEqual(["Webhook: ben book", "Webhook: ben cancel"]);
  expect(of("ada")).toEqual(["Webhook: ada book", "Webhook: ada reschedule"]);
  const parked = lines.findIndex((line) => /^Parked: versions 1 to 2\. Error: The webhook answered 503/.test(line));
  expect(lines.indexOf("Webhook: ben book")).toBeLessThan(parked);
  expect(lines.indexOf("Webhook: ada book")).toBeGreaterThan(parked);
  expect(lines.at(-1)).toBe("Reminder: 2027-03-21T09:00:00.000Z");
});
