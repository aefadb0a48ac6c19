import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./relay.ts", import.meta.url));

it("a relay sends e-mails and webhooks and keeps reminders, each in order, and goes on with what was parked", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  const lines = stdout.trim().split("\n");
  const of = (name: string) => lines.filter((line) => line.includes(name));
  expect(of("ben")).toEqual([
    "E-mail to ben: Your appointment is on 2027-03-22T08:30:00.000Z.",
    "Webhook: ben book",
    "Webhook: ben cancel",
  ]);
  // The e-mail goes out once, although the entry is handed over twice.
  expect(of("ada")).toEqual([
    "E-mail to ada: Your appointment is on 2027-03-22T08:00:00.000Z.",
    "Webhook: ada book",
    "E-mail to ada: Your appointment is on 2027-03-22T09:00:00.000Z.",
    "Webhook: ada reschedule",
    "E-mail to ada: Your appointment is tomorrow.",
  ]);
  const parked = lines.findIndex((line) => /^Parked: versions 1 to 2\. Error: The webhook answered 503/.test(line));
  expect(lines.indexOf("Webhook: ben book")).toBeLessThan(parked);
  expect(lines.indexOf("Webhook: ada book")).toBeGreaterThan(parked);
  expect(lines.at(-1)).toBe("E-mail to ada: Your appointment is tomorrow.");
});
