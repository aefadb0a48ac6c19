import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEngine } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterKinds } from "../src/clusters/kinds.ts";
import type { Nodes } from "../src/clusters/nodes.ts";
import { addToReport, type ClusterRun, isSound, reportIn, runOf } from "../src/clusters/report.ts";
import type { RoundReport } from "../src/clusters/round.ts";
import { proveClusters } from "../src/clusters/run.ts";
import { emptyTally } from "../src/histories/tally.ts";
import { type ProofOptions, parseOptions } from "../src/options.ts";

const two = "postgres://a@one:1/x,postgres://a@two:2/x";

describe("prove on clusters", () => {
  it("proves the clusters that are named, and no engine and no mutant", () => {
    const options = parseOptions(["--galera", "--postgres-cluster"]);
    expect(options).toMatchObject({ engines: [], clusters: ["galera", "postgres-cluster"], urls: [], mutants: false });
    expect(options).toMatchObject({ histories: 300, faults: 3, report: "proof-clusters.json" });
  });

  it("proves a group with one primary, and one with several, by names of their own", () => {
    const clusters = ["group-replication", "group-of-primaries"];
    expect(parseOptions(["--group-of-primaries", "--group-replication"])).toMatchObject({ engines: [], clusters });
  });

  it("takes several URLs as the nodes of one cluster", () => {
    const urls = ["postgres://a@one:1/x", "postgres://a@two:2/x"];
    expect(parseOptions(["--urls", two])).toMatchObject({ engines: [], clusters: [], urls });
    expect(parseOptions(["--sqlite"])).toMatchObject({ engines: ["sqlite"], clusters: [], urls: [] });
  });

  it.each([
    { args: ["--galera", "--mysql"], why: "Choose engines or clusters, not both: --mysql --galera" },
    { args: ["--urls", two, "--galera"], why: "Give --urls or --galera, not both" },
    { args: ["--urls", two, "--fault", "killed"], why: "Nothing is done to the nodes of --urls: leave out --fault" },
    { args: ["--urls", two, "--faults", "5"], why: "leave out --fault and --faults" },
    { args: ["--galera", "--level", "calls", "--path", "1"], why: "On clusters, callers run freely." },
    { args: ["--urls", ""], why: "--urls: give at least two nodes" },
    { args: ["--urls", "postgres://one/x"], why: "--urls: give at least two nodes" },
    { args: ["--urls", "postgres://one/x,postgres://one/y"], why: "--urls: give at least two nodes, each once" },
    { args: ["--urls", "postgres://one/x,two"], why: "--urls: number 2 is not a URL of postgres:// or mysql://" },
    {
      args: ["--urls", "postgres://one/x,mysql://two/x"],
      why: "--urls: all must be of one engine, postgres:// or mysql://",
    },
    { args: ["--urls", "http://one,http://two"], why: "--urls: number 1 is not a URL of postgres:// or mysql://" },
    { args: ["--urls", "postgres://one/x", "postgres://two/x"], why: "--urls takes all URLs, separated by commas" },
    { args: ["galera"], why: "Arguments without a flag: 1." },
  ])("says what is wrong with $args", ({ args, why }) => {
    expect(() => parseOptions(args)).toThrow(why);
  });

  // CI keeps what is printed.
  it.each([
    ["that is none", ["--urls", "postgres://a:secret@[bad/x"]],
    ["with a comma in its password", ["--urls", "postgres://a:sec,ret@one/x"]],
    ["whose password looks like a port and a protocol", ["--urls", "postgres://a:12,secret:3@one/x"]],
    ["of another engine", ["--urls", "postgres://a:secret@one/x,mysql://a:secret@two/x"]],
    ["that is given alone", ["--urls", "postgres://a:secret@one/x", "postgres://a:secret@two/x"]],
    ["of one node", ["--urls", "postgres://a:secret@one/x,postgres://a:secret@one/y"]],
  ])("prints nothing of a password when it refuses a URL %s", (_, args) => {
    expect(() => parseOptions(args)).toThrow(/^((?!sec|ret).)+$/s);
  });
});

it("goes on to the next cluster if one cannot be had, and fails in the end with its name", async () => {
  const nodes = { engine: "postgres", origin: "18.4", faults: [], stop: async () => {} } as unknown as Nodes;
  const kinds: typeof clusterKinds = {
    ...clusterKinds,
    galera: { title: "MariaDB Galera", start: async () => undefined },
    "postgres-cluster": { title: "PostgreSQL", start: async () => nodes },
  };
  const options = parseOptions(["--galera", "--postgres-cluster", "--histories", "0", "--faults", "0"]) as ProofOptions;
  const proven: string[] = [];
  const all = async () => {
    for await (const { cluster } of proveClusters(options, new AbortController().signal, kinds)) proven.push(cluster);
  };
  await expect(all()).rejects.toThrow("There is no cluster here of MariaDB Galera.");
  expect(proven).toEqual(["postgres-cluster"]);
});

const hasPostgres = (await testServer("postgres")) !== undefined;

it.skipIf(!hasPostgres)("reports the rounds before one that could not be played, as interrupted", async () => {
  const { address, end } = await (await loadEngine("postgres")).createDatabase(new AbortController().signal);
  const urls = [address, address];
  const whole = {
    urls,
    addresses: urls,
    writable: () => urls,
    auditable: () => urls,
    drop: () => end({ keep: false }),
  };
  const opened = [whole];
  const nodes: Nodes = {
    engine: "postgres",
    origin: "two ways to one server",
    faults: [{ key: "nothing", title: "nothing happens", harm: async (_, struck) => struck() }],
    openDatabase: async () => opened.pop() ?? Promise.reject(new Error("the cluster is gone")),
    settle: async () => {},
    stop: async () => {},
  };
  const kinds = { ...clusterKinds, galera: { title: "MariaDB Galera", start: async () => nodes } };
  const options = parseOptions(["--galera", "--histories", "4", "--faults", "2"]) as ProofOptions;
  const runs: ClusterRun[] = [];
  for await (const run of proveClusters(options, new AbortController().signal, kinds)) runs.push(run);
  expect(runs).toMatchObject([{ isInterrupted: true, tally: { faults: 1 }, problems: [] }]);
  expect(runs[0]?.tally.histories).toBeGreaterThanOrEqual(2);
});

describe("the report on clusters", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "slotwright-report-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const round = (part: Partial<RoundReport> = {}): RoundReport => ({
    tally: { ...emptyTally(), histories: 5, faults: 1 },
    bookings: 7,
    strikes: [{ key: "node.killed", longestGapMs: 20 }],
    findings: [],
    plainRows: { acknowledged: 3, lost: 0 },
    ...part,
  });
  const about = { cluster: "galera", origin: "x", seed: 1, startedAt: new Date(0), isInterrupted: false } as const;
  const run = (...rounds: readonly RoundReport[]): ClusterRun => runOf(rounds, about);
  const lost = { kind: "lost", count: 2, text: "gone" } as const;

  it("gathers the runs of several calls in one file", async () => {
    const file = join(folder, "gathered.json");
    await addToReport(file, run(round(), round({ strikes: [{ key: "node.killed", longestGapMs: undefined }] })));
    await addToReport(file, run(round()));
    const { runs } = await reportIn(file);
    expect(runs.map(({ tally, bookings }) => [tally.histories, bookings])).toEqual([
      [10, 14],
      [5, 7],
    ]);
    expect(runs[0]?.faults).toEqual([{ key: "node.killed", longestGapMs: [20], never: 1 }]);
  });

  it("leaves alone a file that is something else", async () => {
    const file = join(folder, "engines.json");
    await writeFile(file, '{ "engines": [] }');
    await expect(addToReport(file, run(round()))).rejects.toThrow("engines.json is not a report on clusters");
    expect(await readFile(file, "utf8")).toBe('{ "engines": [] }');
  });

  it("is sound if nothing was found, or only where the cluster lost rows of the driver alone", () => {
    expect(isSound(run(round()))).toBe(true);
    expect(isSound(run(round({ findings: [lost] })))).toBe(false);
    const losing = round({ findings: [lost], plainRows: { acknowledged: 3, lost: 1 } });
    expect(isSound(run(losing))).toBe(true);
    expect(isSound(run(losing, round({ findings: [lost] })))).toBe(false);
    expect(run(losing, round({ findings: [lost] })).found.lost).toBe(4);
  });

  it("counts what a failover took back from readers, which nobody was told had succeeded, and is sound on PostgreSQL", () => {
    const takenBack = { kind: "takenBack", count: 3, text: "3 entries are gone" } as const;
    const counted = { ...run(round({ findings: [takenBack] })), cluster: "patroni" } as const;
    expect([counted.found.takenBack, isSound(counted), isSound({ ...counted, cluster: "galera" })]).toEqual([
      3,
      true,
      false,
    ]);
  });

  it("is not sound if nobody could book after a fault", () => {
    expect(isSound(run(round({ strikes: [{ key: "node.killed", longestGapMs: undefined }] })))).toBe(false);
  });
});
