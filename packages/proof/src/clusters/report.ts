import { readFile, writeFile } from "node:fs/promises";
import { bad, good, table } from "@slotwright/lab/terminal";
import { addTo, emptyTally, type Tally } from "../histories/tally.ts";
import { countFindings, type FindingCounts, type FindingKind, findingKinds } from "./findings.ts";
import type { Interruption } from "./interruption.ts";
import { type ClusterName, takingBack } from "./names.ts";
import type { RoundReport } from "./round.ts";

/** All runs that were gathered in one file. */
export interface ClustersReport {
  readonly runs: readonly ClusterRun[];
}

/** What was done on one cluster in one run, and the result. */
export interface ClusterRun {
  /** `urls` if somebody else runs the nodes. */
  readonly cluster: ClusterName | "urls";
  readonly origin: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly isInterrupted: boolean;
  /** Why. Runs of before this was kept lack it, and so do those that were played to the end. */
  readonly interruption?: Interruption;
  readonly tally: Tally;
  /** Bookings on each node, one after another, beside the histories. */
  readonly bookings: number;
  readonly faults: readonly FaultTimes[];
  readonly found: FindingCounts;
  /** The same, in rounds in which rows that the driver alone had written were lost as well. */
  readonly foundWithLostRows: FindingCounts;
  readonly plainRows: RoundReport["plainRows"];
  /** The first of what was found. */
  readonly problems: readonly string[];
}

/** What a fault did to the bookings on all nodes, each time it struck. */
export interface FaultTimes {
  readonly key: string;
  /** The longest time without one, until the cluster was whole again. Runs of before this was measured lack it. */
  readonly longestGapMs?: readonly number[];
  /** How long after it the next one came, in those runs. For some faults, that was before it had its effect. */
  readonly nextBookingMs?: readonly number[];
  /** How often none came when the cluster was whole again. */
  readonly never: number;
}

type About = Pick<ClusterRun, "cluster" | "origin" | "seed" | "isInterrupted" | "interruption"> & {
  readonly startedAt: Date;
};

const mostProblems = 20;

export function runOf(rounds: readonly RoundReport[], { startedAt, ...about }: About): ClusterRun {
  const tally = emptyTally();
  for (const round of rounds) addTo(tally, round.tally);
  const sum = (numberIn: (round: RoundReport) => number) => rounds.reduce((total, one) => total + numberIn(one), 0);
  const losing = rounds.filter(({ plainRows }) => plainRows.lost > 0);
  const strikes = Map.groupBy(
    rounds.flatMap((round) => round.strikes),
    ({ key }) => key,
  );
  return {
    ...about,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    tally,
    bookings: sum(({ bookings }) => bookings),
    faults: [...strikes]
      .map(([key, ofKey]) => {
        const times = ofKey.flatMap(({ longestGapMs }) => longestGapMs ?? []);
        return { key, longestGapMs: times, never: ofKey.length - times.length };
      })
      .sort((one, other) => (one.key < other.key ? -1 : 1)),
    found: countFindings(rounds.flatMap(({ findings }) => findings)),
    foundWithLostRows: countFindings(losing.flatMap(({ findings }) => findings)),
    plainRows: {
      acknowledged: sum(({ plainRows }) => plainRows.acknowledged),
      lost: sum(({ plainRows }) => plainRows.lost),
    },
    problems: rounds
      .flatMap(({ findings }) => findings.flatMap(({ kind, text }) => (isWrong(kind, about.cluster) ? [text] : [])))
      .slice(0, mostProblems),
  };
}

/** Adds a run to those in the file. @throws Error if the file has something else in it */
export async function addToReport(file: string, run: ClusterRun): Promise<void> {
  const { runs } = await reportIn(file);
  await writeFile(file, `${JSON.stringify({ runs: [...runs, run] }, undefined, 2)}\n`);
}

export async function reportIn(file: string): Promise<ClustersReport> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return "";
  });
  if (text === "") return { runs: [] };
  const report = JSON.parse(text) as Partial<ClustersReport>;
  if (!Array.isArray(report.runs))
    throw new Error(`${file} is not a report on clusters. Choose another file with --report.`);
  return { runs: report.runs };
}

const kinds = Object.keys(findingKinds) as readonly FindingKind[];

/** What is acknowledged, and gone, is counted by itself. */
const isWrong = (kind: FindingKind, cluster: ClusterRun["cluster"]): boolean =>
  kind !== "takenBack" || !takingBack.includes(cluster);

/** Whether nothing was found that the cluster cannot have done by losing what it had acknowledged. */
export function isSound({ cluster, found, foundWithLostRows, faults }: ClusterRun): boolean {
  const isEven = (kind: FindingKind) => found[kind] === foundWithLostRows[kind];
  return kinds.filter((kind) => isWrong(kind, cluster)).every(isEven) && faults.every(({ never }) => never === 0);
}

export function printRun(run: ClusterRun, file: string): void {
  const { cluster, tally, bookings, faults, found, plainRows, problems, seconds, seed, isInterrupted } = run;
  if (faults.length > 0) console.log(`\n${table(faults.map(faultRow))}`);
  console.log(`\n${table([{ cluster, ...tally, bookings }])}`);
  console.log(`\n${table(kinds.map((kind) => ({ found: findingKinds[kind], count: found[kind] ?? 0 })))}`);
  const rows = `${plainRows.lost} of ${plainRows.acknowledged} rows that the driver alone had written and that were acknowledged`;
  console.log(`The cluster itself lost ${plainRows.lost > 0 ? bad(rows) : rows}.`);
  for (const problem of problems) console.log(bad(problem));
  const seen = `${tally.histories} histories and ${tally.faults} faults in ${seconds} s, seed ${seed}`;
  if (!isSound(run)) console.log(bad(`Violations were found: ${seen}.`));
  else if (problems.length > 0)
    console.log(bad(`Only what follows from commits that the cluster lost was found: ${seen}.`));
  else
    console.log(
      isInterrupted ? bad(`Interrupted. Nothing was found so far: ${seen}.`) : good(`Nothing was found: ${seen}.`),
    );
  console.log(`It was added to the report in ${file}.`);
}

function faultRow({ key, longestGapMs = [], never }: FaultTimes) {
  const sorted = longestGapMs.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const times = { median: at(0.5), longest: at(1) };
  return {
    fault: key,
    times: sorted.length + never,
    "without a booking, median ms": times.median,
    "longest ms": times.longest,
    never,
  };
}
