import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConformanceCase, conformanceCases } from "@slotwright/conformance";
import { type ServerRelease, serverReleases } from "@slotwright/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idleReason } from "../src/choice.ts";
import { type ProofOptions, parseOptions } from "../src/options.ts";
import { isTooOld } from "../src/versions/oldest.ts";
import { addVersion, conforms, type VersionRun, versionsIn } from "../src/versions/report.ts";
import { proveRelease, releasesFor } from "../src/versions/run.ts";

const optionsOf = (...args: string[]) => parseOptions(["--versions", ...args]) as ProofOptions;
const namesFor = (...args: string[]) =>
  releasesFor(optionsOf(...args)).map(({ engine, release }) => `${engine} ${release}`);

describe("prove --versions", () => {
  it("is about all releases, those of an engine, or one", () => {
    expect(namesFor()).toEqual(serverReleases.map(({ engine, release }) => `${engine} ${release}`));
    expect(namesFor("--mariadb")).toEqual(["mariadb 10.5", "mariadb 10.11", "mariadb 11.8"]);
    expect(namesFor("--postgres", "--release", "15")).toEqual(["postgres 15"]);
    expect(namesFor("--release", "10")).toEqual(["mariadb 10.5", "mariadb 10.11"]);
    expect(optionsOf()).toMatchObject({ versions: true, mutants: false, report: "proof-versions.json" });
    expect(parseOptions([])).toMatchObject({ versions: false, mutants: true, report: "proof-report.json" });
  });

  it("says which releases there are if there is none of that name", () => {
    expect(idleReason(optionsOf("--release", "15"))).toBeUndefined();
    const reason = idleReason(optionsOf("--mariadb", "--release", "15"));
    expect(reason).toBe('There is no release "15" among mariadb 10.5, mariadb 10.11, mariadb 11.8');
  });

  it.each([
    { args: ["--versions", "--sqlite"], why: "SQLite comes with its driver" },
    { args: ["--versions", "--galera"], why: "leave out clusters and --urls" },
    { args: ["--versions", "--histories", "5"], why: "leave out --histories, --fault and --path" },
    { args: ["--versions", "--fault", "killed"], why: "leave out --histories, --fault and --path" },
    { args: ["--release", "15"], why: "--release chooses among --versions" },
  ])("says what is wrong with $args", ({ args, why }) => {
    expect(() => parseOptions(args)).toThrow(why);
  });

  it("expects a refusal of what is older than the adapters accept", () => {
    const refused = serverReleases.filter(({ engine, release }) => isTooOld(engine, release));
    expect(refused.map(({ engine, release }) => `${engine} ${release}`)).toEqual(["postgres 13", "mariadb 10.5"]);
  });
});

const releaseOf = (engine: string, release: string): ServerRelease =>
  serverReleases.find((one) => one.engine === engine && one.release === release) as ServerRelease;
const never = new AbortController().signal;

/** What cannot be fetched here is no failure, except in CI. */
function skipIfMissing({ obstacle = "" }: VersionRun, skip: (why: string) => void): void {
  if (obstacle !== "" && process.env.CI !== "true") skip(obstacle);
}

describe("a release of a server", () => {
  const some = ["contract.commit-names-guard", "contract.feed", "sync.check"];
  const cases = conformanceCases.filter(({ key }) => some.includes(key));
  const broken: ConformanceCase = {
    key: "made.up",
    title: "never holds",
    run: () => Promise.reject(new Error("It does not.")),
  };

  it.for([
    ["postgres", "15"],
    ["mariadb", "11.8"],
  ] as const)("has the cases of the suite run on it, and told which fail: %s %s", async ([engine, name], { skip }) => {
    const run = await proveRelease(releaseOf(engine, name), [...cases, broken], never);
    skipIfMissing(run, skip);
    expect(run).toMatchObject({ passed: cases.length, failed: [{ key: "made.up", message: "It does not." }] });
    expect(run.version.startsWith(`${name}.`)).toBe(true);
    expect(conforms(run)).toBe(false);
  });

  it.each([
    ["postgres", "13", /is PostgreSQL 13\.\d+, but Slotwright needs version 14 or later\./],
    ["mariadb", "10.5", /is MariaDB 10\.5\..*, which is too old\. Use MariaDB 10\.6\.0 or later\./],
  ])(
    "that is too old is refused by migrate(), which names the version that it needs: %s %s",
    async (engine, release, words) => {
      const run = await proveRelease(releaseOf(engine, release), [broken], never);
      if (run.obstacle !== undefined && process.env.CI !== "true") return;
      expect(run.refusal).toMatch(words);
      expect(conforms(run)).toBe(true);
    },
  );

  it("that cannot be fetched says why, and proves nothing", async () => {
    const release = {
      ...releaseOf("mysql", "9.7"),
      fetch: () => Promise.reject(new Error("There is no such package.")),
    };
    const run = await proveRelease(release, cases, never);
    expect(run).toMatchObject({ passed: 0, obstacle: "There is no such package." });
    expect(conforms(run)).toBe(false);
  });
});

describe("the report on versions", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "slotwright-versions-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (release: string, part: Partial<VersionRun> = {}): VersionRun => ({
    engine: "postgres",
    release,
    version: `${release}.1`,
    source: "somewhere",
    startedAt: new Date(0).toISOString(),
    seconds: 1,
    isInterrupted: false,
    passed: 3,
    failed: [],
    ...part,
  });

  it("has the last run on each release, oldest first", async () => {
    const file = join(folder, "versions.json");
    for (const one of [run("17"), run("15"), run("17", { passed: 4 })]) await addVersion(file, one);
    expect((await versionsIn(file)).map(({ release, passed }) => [release, passed])).toEqual([
      ["15", 3],
      ["17", 4],
    ]);
  });

  it("leaves alone a file that is something else", async () => {
    const file = join(folder, "clusters.json");
    await writeFile(file, '{ "runs": [] }');
    await expect(addVersion(file, run("15"))).rejects.toThrow("clusters.json is not a report on versions");
    expect(await readFile(file, "utf8")).toBe('{ "runs": [] }');
  });

  it("does not conform if it was interrupted, or no case was run", () => {
    expect(conforms(run("15"))).toBe(true);
    expect(conforms(run("15", { isInterrupted: true }))).toBe(false);
    expect(conforms(run("15", { passed: 0 }))).toBe(false);
  });
});
