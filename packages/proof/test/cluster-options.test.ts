import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEngine, NoDatabaseError } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageOf } from "../src/clusters/interruption.ts";
import { type ClusterKind, clusterKinds } from "../src/clusters/kinds.ts";
import type { ClusterFault, Nodes } from "../src/clusters/nodes.ts";
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

const { signal } = new AbortController();
const harmless = (key: string): ClusterFault => ({
  key,
  title: "nothing happens",
  harm: async (_, struck) => struck(),
});

/** A kind whose nodes are not there. */
const kindOf = (title: string, part: Partial<Nodes> = {}): ClusterKind => {
  const nodes = {
    engine: "postgres",
    origin: "18.4",
    faults: [],
    settle: async () => {},
    stop: async () => {},
    ...part,
  };
  return { title, faults: nodes.faults, start: async () => nodes as unknown as Nodes };
};

async function runsOf(args: readonly string[], kinds: Partial<typeof clusterKinds>, until = signal) {
  const runs: ClusterRun[] = [];
  const all = proveClusters(parseOptions(args) as ProofOptions, until, { ...clusterKinds, ...kinds });
  const end = await (async () => {
    for await (const run of all) runs.push(run);
  })().catch((error: Error) => error.message);
  return { runs, end };
}

const idle = ["--galera", "--postgres-cluster", "--histories", "0", "--faults", "0"];

it("goes on to the next cluster if one cannot be had, or started, and fails in the end with its name", async () => {
  const { runs, end } = await runsOf(["--patroni", ...idle], {
    galera: { ...kindOf("MariaDB Galera"), start: async () => undefined },
    patroni: { ...kindOf("Patroni"), start: () => Promise.reject(new Error("no port is free")) },
    "postgres-cluster": kindOf("PostgreSQL"),
  });
  expect(end).toBe("There is no cluster here of MariaDB Galera, nor of Patroni.");
  expect(runs.map(({ cluster }) => cluster)).toEqual(["postgres-cluster"]);
});

it("goes on to the next cluster if not even the first round of one can be played, and reports why", async () => {
  const gone = new Error("socket /tmp/pg-1/.s.PGSQL.5432 is gone");
  const { runs, end } = await runsOf(["--galera", "--postgres-cluster", "--faults", "1"], {
    galera: kindOf("MariaDB Galera", { openDatabase: () => Promise.reject(gone) }),
    "postgres-cluster": kindOf("PostgreSQL", { openDatabase: () => Promise.reject(new AggregateError([], "")) }),
  });
  expect(end).toBeUndefined();
  expect(runs).toMatchObject([
    { cluster: "galera", interruption: { by: "failure", message: "socket … is gone" }, tally: { histories: 0 } },
    { cluster: "postgres-cluster", interruption: { by: "failure", message: "AggregateError" } },
  ]);
  expect(runs.map(({ isInterrupted }) => isInterrupted)).toEqual([true, true]);
});

it("ends at once if the nodes are none that can be proved, and reports nothing of it", async () => {
  const refusing = kindOf("PostgreSQL", { openDatabase: () => Promise.reject(new NoDatabaseError("takes no writes")) });
  const { runs, end } = await runsOf(["--postgres-cluster"], { "postgres-cluster": refusing });
  expect([runs, end]).toEqual([[], "takes no writes"]);
});

it("leaves out a cluster that lacks the chosen fault, and does not start it", async () => {
  const started: string[] = [];
  const { runs, end } = await runsOf(["--galera", "--patroni", "--histories", "0", "--fault", "replaced"], {
    galera: {
      ...kindOf("Galera", { faults: [harmless("node.killed")] }),
      start: async () => void started.push("Galera"),
    },
    patroni: kindOf("Patroni", {
      faults: [harmless("primary.replaced-killed")],
      openDatabase: () => Promise.reject(new Error("reached")),
    }),
  });
  expect(end).toBeUndefined();
  expect(runs).toMatchObject([{ cluster: "patroni", interruption: { message: "reached" } }]);
  expect(started).toEqual([]);
});

it("knows the faults of each cluster before it is started", () => {
  const keys = (name: keyof typeof clusterKinds) => clusterKinds[name].faults.map(({ key }) => key);
  expect(keys("galera")).toEqual(["killed", "stopped", "restarted", "cut-off", "lagging"].map((key) => `node.${key}`));
  expect(keys("patroni")).toContain("primary.replaced-in-order");
  expect(keys("group-replication")).toContain("secondary.expelled-while-stopped");
  expect(keys("group-of-primaries")).toContain("node.expelled-while-stopped");
  expect(keys("postgres-cluster")).not.toContain("primary.replaced-in-order");
});

it("keeps that somebody ended a run, and nothing of a run that was played to its end", async () => {
  const ending = new AbortController();
  const openDatabase = () => {
    ending.abort();
    return Promise.reject(new Error("the servers have ended as well"));
  };
  const kinds = { galera: kindOf("Galera", { openDatabase }), "postgres-cluster": kindOf("PostgreSQL") };
  const { runs } = await runsOf(["--galera", "--faults", "0"], kinds, ending.signal);
  const message = "the servers have ended as well";
  expect(runs).toMatchObject([{ isInterrupted: true, interruption: { by: "somebody", message } }]);
  const whole = await runsOf(["--postgres-cluster", "--histories", "0", "--faults", "0"], kinds);
  expect(whole.runs).toMatchObject([{ isInterrupted: false }]);
  expect(whole.runs[0]).not.toHaveProperty("interruption");
});

it.each([
  ["connect ENOENT /var/run/mysqld/mysqld.sock", "connect ENOENT …"],
  ["cannot open 'file:///home/ann/app/x.ts', '/home/ann/x'", "cannot open '…', '…'"],
  ["postgres://admin:p/w@127.0.0.1:5432/x does not answer", "postgres://127.0.0.1:5432/x does not answer"],
  [
    "It did not start. Its log ends with:\n  one line\n  another",
    "It did not start. Its log ends with: one line another",
  ],
  ["reads and/or writes failed at 50 op/s", "reads and/or writes failed at 50 op/s"],
])("keeps of the message %j what does not tell of the machine", (message, kept) => {
  expect(messageOf(new Error(message))).toBe(kept);
});

const hasPostgres = (await testServer("postgres")) !== undefined;

it.skipIf(!hasPostgres)("reports the rounds before one that could not be played, as interrupted", async () => {
  const { address, end } = await (await loadEngine("postgres")).createDatabase(signal);
  const urls = [address, address];
  const whole = {
    urls,
    addresses: urls,
    writable: () => urls,
    auditable: () => urls,
    drop: () => end({ keep: false }),
  };
  const opened = [whole];
  const galera = kindOf("MariaDB Galera", {
    faults: [harmless("nothing")],
    openDatabase: async () => opened.pop() ?? Promise.reject(new Error("the cluster is gone")),
  });
  const { runs } = await runsOf(["--galera", "--histories", "4", "--faults", "2"], { galera });
  const interruption = { by: "failure", message: "the cluster is gone" };
  expect(runs).toMatchObject([{ isInterrupted: true, interruption, tally: { faults: 1 }, problems: [] }]);
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
