import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterRun, ClustersReport } from "../packages/proof/src/clusters/report.ts";
import { number, reportTable } from "./report-table.ts";

const reportFile = join(import.meta.dirname, "proof", "clusters.json");

const titles: Readonly<Record<ClusterRun["cluster"], string>> = {
  galera: "Galera",
  patroni: "PostgreSQL with Patroni",
  "group-replication": "Group Replication, one primary",
  "group-of-primaries": "Group Replication, several primaries",
  "postgres-cluster": "PostgreSQL",
  urls: "nodes by URL",
};

/** What all runs of one cluster did and found together. */
function rowOf(cluster: ClusterRun["cluster"], runs: readonly ClusterRun[]): Readonly<Record<string, string>> {
  const sum = (numberIn: (run: ClusterRun) => number) => number(runs.reduce((total, run) => total + numberIn(run), 0));
  const { origin = "" } = runs.at(-1) ?? {};
  return {
    cluster: `${titles[cluster]} ${origin.split(/[- ]/)[0]}`,
    runs: sum(() => 1),
    interrupted: sum(({ isInterrupted }) => (isInterrupted ? 1 : 0)),
    histories: sum(({ tally }) => tally.histories),
    commands: sum(({ tally }) => tally.commands),
    "other bookings": sum(({ bookings }) => bookings),
    faults: sum(({ tally }) => tally.faults),
    "unknown outcomes": sum(({ tally }) => tally.unknown),
    "entries read": sum(({ tally }) => tally.read),
    "handed over": sum(({ tally }) => tally.handedOver),
  };
}

/** How many runs were interrupted, and what is known of why. The first reports kept no reason. */
function interruptionsIn(runs: readonly ClusterRun[]): readonly string[] {
  const interrupted = runs.filter(({ isInterrupted }) => isInterrupted);
  const by = (whom?: "somebody" | "failure") => interrupted.filter(({ interruption }) => interruption?.by === whom);
  const reasons = [
    ["the reason was not kept then", by()],
    ["somebody ended it", by("somebody")],
    ["a round could not be played", by("failure")],
  ] as const;
  const known = reasons.filter(([, some]) => some.length > 0).map(([reason, some]) => `${reason}: ${some.length}`);
  const messages = by("failure").map(({ cluster, interruption }) => {
    const message = (interruption?.message ?? "").replaceAll("`", "'");
    return `- ${titles[cluster]}: \`${message}\``;
  });
  return [
    interrupted.length === 0
      ? "None of these runs was interrupted."
      : `${interrupted.length} of these ${runs.length} runs were interrupted (${known.join("; ")}). Of a round that could not be played, nothing is counted.`,
    ...(messages.length === 0 ? [] : ["Such rounds ended with:", messages.join("\n")]),
  ];
}

function foundIn(cluster: ClusterRun["cluster"], runs: readonly ClusterRun[]): Readonly<Record<string, string>> {
  const sum = (numberIn: (run: ClusterRun) => number) => number(runs.reduce((total, run) => total + numberIn(run), 0));
  return {
    cluster: titles[cluster],
    lost: sum(({ found }) => found.lost ?? 0),
    doubled: sum(({ found }) => found.doubled ?? 0),
    reordered: sum(({ found }) => found.reordered ?? 0),
    "without an order": sum(({ found }) => found.unexplained ?? 0),
    "nodes differ": sum(({ found }) => found.differing ?? 0),
    "anything else": sum(({ found }) => found.other ?? 0),
    // Earlier runs have counted it as anything else.
    "taken back": runs.some(({ found }) => found.takenBack !== undefined)
      ? sum(({ found }) => found.takenBack ?? 0)
      : "–",
    "rows of the driver, lost": sum(({ plainRows }) => plainRows.lost),
    "of so many": sum(({ plainRows }) => plainRows.acknowledged),
  };
}

type Measure = "longestGapMs" | "nextBookingMs";

/** A table for each measure: they are not the same, so runs of both have nothing in common that a median could tell. */
const measures: Readonly<Record<Measure, { readonly column: string; readonly says: string }>> = {
  longestGapMs: {
    column: "without a booking, median",
    says: "The longest time without a booking on any node, from a fault until one that was asked for when the cluster was whole again:",
  },
  nextBookingMs: {
    column: "next booking, median",
    says: "Earlier runs measured something else: from a fault to the next booking that was asked for after it, on any node. Faults that take effect only after that moment are left out, because the time says nothing about them: orderly restarts, primaries that are replaced in order, and Patroni's primary that does not reach etcd.",
  },
};

/** Whether the next booking may have come before the fault had any effect. */
function isTooEarly(cluster: ClusterRun["cluster"], key: string): boolean {
  if (key.endsWith(".restarted") || key === "primary.replaced") return true;
  return cluster === "patroni" && /-(cut-off|in-order)$/.test(key);
}

function faultsOf(
  [cluster, runs]: readonly [ClusterRun["cluster"], readonly ClusterRun[]],
  measure: Measure,
): readonly Record<string, string>[] {
  const measured = runs
    .flatMap(({ faults }) => faults)
    .filter(({ key, [measure]: times }) => times && !(measure === "nextBookingMs" && isTooEarly(cluster, key)));
  const byKey = Map.groupBy(measured, ({ key }) => key);
  return [...byKey].sort(byName).map(([key, faults]) => {
    const times = faults.flatMap(({ [measure]: some = [] }) => some).sort((one, other) => one - other);
    const at = (share: number) => seconds(times[Math.floor(share * (times.length - 1))]);
    const never = faults.reduce((total, fault) => total + fault.never, 0);
    const fault = `${titles[cluster]}, \`${key}\``;
    return { fault, times: number(times.length + never), [measures[measure].column]: at(0.5), longest: at(1) };
  });
}

/** Nothing for a measure that no run has. */
function timesOf(clusters: readonly (readonly [ClusterRun["cluster"], readonly ClusterRun[]])[]): readonly string[] {
  return (Object.keys(measures) as Measure[]).flatMap((measure) => {
    const rows = clusters.flatMap((one) => faultsOf(one, measure));
    return rows.length === 0 ? [] : [measures[measure].says, tableOf(rows)];
  });
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1);
const seconds = (ms: number | undefined): string => (ms === undefined ? "never" : `${(ms / 1000).toFixed(2)} s`);

function tableOf(rows: readonly Readonly<Record<string, string>>[]): string {
  return reportTable(
    Object.keys(rows[0] ?? {}),
    rows.map((row) => Object.values(row)),
  );
}

function gatheredRuns(): readonly ClusterRun[] {
  const { runs } = JSON.parse(readFileSync(reportFile, "utf8")) as ClustersReport;
  return runs;
}

/** The gathered runs, for the page. */
export function clustersSummary(runs = gatheredRuns()): string {
  const clusters = [...Map.groupBy(runs, ({ cluster }) => cluster)];
  const days = [...new Set(runs.map(({ startedAt }) => startedAt.slice(0, 10)))].sort().join(", ");
  return [
    `Gathered on ${days}:`,
    tableOf(clusters.map(([cluster, ofCluster]) => rowOf(cluster, ofCluster))),
    ...interruptionsIn(runs),
    "What was found, and what a cluster itself lost:",
    tableOf(clusters.map(([cluster, ofCluster]) => foundIn(cluster, ofCluster))),
    ...timesOf(clusters),
  ].join("\n\n");
}
