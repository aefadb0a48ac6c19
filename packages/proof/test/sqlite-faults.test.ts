import { existsSync } from "node:fs";
import { readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSmallDisk, NoSmallDiskError, type SmallDisk } from "../src/faults/small-disk.ts";
import { sqliteFaults } from "../src/faults/sqlite/faults.ts";
import type { Flaw } from "../src/faults/sqlite/flaws.ts";
import { refuseByTrigger } from "../src/faults/sqlite/trigger.ts";

describe("no damage is done when", () => {
  it.for(sqliteFaults)("$title", async ({ run }, context) => {
    const { problems, tally, notes = [] } = await run(1, "short");
    expect(problems).toEqual([]);
    expect(tally.faults).toBeGreaterThan(0);
    if (notes.length > 0) context.skip(notes.join(" "));
  });
});

it("a trigger that no booking of a play meets is met by a later one", async () => {
  const { problems, tally } = await refuseByTrigger(355958638);
  expect(problems).toEqual([]);
  expect(tally.faults).toBeGreaterThan(0);
});

/** The other faults take as long, and look for the same. */
const hits: Readonly<Record<string, { readonly flaw: Flaw; readonly shows: RegExp }>> = {
  "sqlite.killed-at-each-step": {
    flaw: "commits-in-two",
    shows: /right after the kill: .*the journal names a record that does not exist/,
  },
  "sqlite.disk-fills": { flaw: "hides-errors", shows: /acknowledged, but the command is not in/ },
};

describe("an adapter is detected", () => {
  it.each(sqliteFaults.flatMap(({ key, run }) => (hits[key] ? [{ key, run, ...hits[key] }] : [])))(
    "that $flaw, by $key",
    async ({ run, flaw, shows }) => {
      const { problems } = await run(1, "short", flaw);
      expect(problems.join("\n")).toMatch(shows);
    },
  );
});

async function diskOrReason(): Promise<SmallDisk | string> {
  try {
    return await createSmallDisk(1 << 20);
  } catch (error) {
    if (error instanceof NoSmallDiskError) return error.message;
    throw error;
  }
}

it("a small disk fills, has room again, and leaves nothing behind", async (context) => {
  const disk = await diskOrReason();
  if (typeof disk === "string") return context.skip(disk);
  const write = () => writeFile(join(disk.folder, "more"), Buffer.alloc(100_000));
  await disk.fill();
  expect((await statfs(disk.folder)).bavail).toBe(0);
  await expect(write()).rejects.toThrow(/ENOSPC/);
  await disk.makeRoom();
  await write();
  await disk.remove();
  expect(existsSync(disk.folder)).toBe(false);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(disk.folder);
});
