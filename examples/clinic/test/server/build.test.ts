import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { builtPage, type PageBuild } from "../../server/page/build.ts";
import { readPage } from "../../server/page/page.ts";

interface Page {
  readonly build: PageBuild;
  readonly change: (content: string) => Promise<void>;
  readonly builds: () => number;
}

async function newPage(): Promise<Page> {
  const root = await mkdtemp(join(tmpdir(), "slotwright-page-"));
  onTestFinished(() =>
    Promise.all([root, `${root}.cache`].map((path) => rm(path, { recursive: true, force: true }))).then(() => {}),
  );
  let builds = 0;
  const change = (content: string) => writeFile(join(root, "source.ts"), content);
  await change("one");
  const build = async (outDir: string) => {
    builds++;
    await mkdir(join(outDir, "assets"), { recursive: true });
    await writeFile(join(outDir, "index.html"), `<p>${builds}</p>`);
  };
  return { build: { sources: [root], build, cache: `${root}.cache` }, change, builds: () => builds };
}

describe("the page", () => {
  it("is built once for the same sources, and again when they change", async () => {
    const { build, change, builds } = await newPage();
    const first = await builtPage(build);
    expect([await builtPage(build), builds()]).toEqual([first, 1]);
    await change("two");
    expect(await builtPage(build)).not.toBe(first);
    expect(builds()).toBe(2);
    await change("one");
    expect([await builtPage(build), builds()]).toEqual([first, 2]);
  });

  it("is that of production, although tests have an environment of their own", async () => {
    const folder = await builtPage();
    const [script] = (await readdir(join(folder, "assets"))).filter((name) => name.endsWith(".js"));
    const text = await readFile(join(folder, "assets", script as string), "utf8");
    expect(process.env.NODE_ENV).toBe("test");
    expect(text.includes("jsxDEV")).toBe(false);
    expect(text.includes(join(import.meta.dirname, "../../page"))).toBe(false);
  });

  it("is built once for several who start at once, and whole for each", async () => {
    const { build, builds } = await newPage();
    const folders = await Promise.all([builtPage(build), builtPage(build), builtPage(build)]);
    expect([new Set(folders).size, builds()]).toEqual([1, 1]);
    expect((await readPage(folders[0] as string))("/")?.body).toMatch(/^<p>\d<\/p>$/);
    expect(await readdir(build.cache)).toHaveLength(1);
  });

  it("is built by one who waits, if the one that began has failed or was killed", async () => {
    const { build, builds } = await newPage();
    const failing = { ...build, build: () => setTimeout(200).then(() => Promise.reject(new Error("does not build"))) };
    const failed = expect(builtPage(failing)).rejects.toThrow("does not build");
    await setTimeout(100);
    await Promise.all([failed, builtPage(build)]);
    expect(builds()).toBe(1);
    const [folder = ""] = await readdir(build.cache);
    await rm(join(build.cache, folder), { recursive: true });
    const sign = join(build.cache, `${folder}.building`);
    await mkdir(sign);
    await utimes(sign, 0, 0);
    await builtPage(build);
    expect([builds(), await readdir(build.cache)]).toEqual([2, [folder]]);
  });

  it("does not fill the disk with old ones, and leaves none of a build that failed", async () => {
    const { build, change } = await newPage();
    for (let version = 0; version < 8; version++) {
      await change(`version ${version}`);
      await builtPage(build);
    }
    expect(await readdir(build.cache)).toHaveLength(5);
    await change("broken");
    const broken = { ...build, build: () => Promise.reject(new Error("does not build")) };
    await expect(builtPage(broken)).rejects.toThrow("does not build");
    expect(await readdir(build.cache)).toHaveLength(5);
  });

  it("is refused at the start if it has a file of a type that is not served", async () => {
    const { build } = await newPage();
    const folder = await builtPage(build);
    await writeFile(join(folder, "assets/letters.woff2"), "");
    await expect(readPage(folder)).rejects.toThrow("a type that is not served: /assets/letters.woff2");
  });
});
