import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addToCache, cacheEntries, cacheFolder } from "../src/cache.ts";

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "slotwright-cache-"));
});

afterEach(() => rm(cache, { recursive: true }));

async function entryWith(folder: string, content: string): Promise<{ name: string; from: string }> {
  const from = join(folder, "root");
  await mkdir(from);
  await writeFile(join(from, "file"), content);
  return { name: "server_1.0", from };
}

it("shows an entry only when it is complete", async () => {
  const entry = await addToCache(cache, async (folder) => {
    const filled = await entryWith(folder, "whole");
    expect(await cacheEntries(cache)).toEqual([]);
    return filled;
  });
  expect(await cacheEntries(cache)).toEqual(["server_1.0"]);
  expect(await readFile(join(entry, "file"), "utf8")).toBe("whole");
});

it("leaves nothing behind when a download breaks", async () => {
  const broken = addToCache(cache, async (folder) => {
    await entryWith(folder, "half");
    throw new Error("the network is gone");
  });
  await expect(broken).rejects.toThrow("the network is gone");
  expect(await readdir(cache)).toEqual([]);
});

it("keeps the first of two concurrent fetches, and both callers can use it", async () => {
  const both = await Promise.all(["left", "right"].map((who) => addToCache(cache, (folder) => entryWith(folder, who))));
  expect(new Set(both).size).toBe(1);
  expect(await readdir(cache)).toEqual(["server_1.0"]);
  expect(["left", "right"]).toContain(await readFile(join(cache, "server_1.0", "file"), "utf8"));
});

it("removes what a killed fetch left a day ago, and not what another is working on", async () => {
  const [old, young] = [join(cache, ".unfinished-old"), join(cache, ".unfinished-young")];
  await mkdir(old);
  await mkdir(young);
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  await utimes(old, yesterday, yesterday);
  await addToCache(cache, (folder) => entryWith(folder, "whole"));
  expect((await readdir(cache)).sort()).toEqual([".unfinished-young", "server_1.0"]);
});

it("is in the user's cache folder", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/cache", HOME: "/home/me" })).toBe(join("/cache", "slotwright"));
  expect(cacheFolder({ HOME: "/home/me" })).toBe(join("/home/me", ".cache", "slotwright"));
});
