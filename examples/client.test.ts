import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the example of the client shows a click at once, and takes back the one that was too late", () => {
  const file = fileURLToPath(new URL("./client.ts", import.meta.url));
  const printed = execFileSync(process.execPath, [file], { encoding: "utf8", timeout: 20_000 });
  expect(printed.split("\n")).toEqual([
    "ada sees: available",
    "ada sees: booked, not yet confirmed",
    "ada sees: booked",
    expect.stringMatching(/^ben is told: /),
    "ben sees: booked",
    "",
  ]);
});
