import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/** Imports the package in a process that says it is this version of Node. */
async function importedIn(version: string): Promise<string> {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  const program = `
    try { await import("@slotwright/core"); console.log("imported"); } catch ({ message }) { console.log(message); }`;
  const args = ["--import", pretend, "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}

describe("importing the package", () => {
  it("is refused in one sentence by a Node that lacks what it needs", async () => {
    expect(await importedIn("20.19.5")).toMatch(/^Slotwright needs Node 22 or later, and this is Node 20\.19\.5\./);
  });

  it("works from Node 22 on", async () => {
    expect(await importedIn("22.0.0")).toBe("imported");
  });
});
