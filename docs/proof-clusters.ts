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
    histories: sum(({ tally }) => tally.histories),
    commands: sum(({ tally }) => tally.commands),
    "other bookings": sum(({ bookings }) => bookings),
    faults: sum(({ tally }) => tally.faults),
    "unknown outcomes": sum(({ tally }) => tally.unknown),
    "entries read": sum(({ tally }) => tally.read),
    "handed over": sum(({ tally }) => tally.handedOver),
  };
}

function foundIn(cluster: ClusterRun["cluster"], runs: readonly ClusterRun[]): Readonly<Record<string, string>> {
  const sum = (numberIn: (run: ClusterRun) => number) => number(runs.reduce((total, run) => total + numberIn(run), 0));
  return {
    cluster: titles[cluster],
    lost: sum(({ found }) => found.lost),
    doubled: sum(({ found }) => found.doubled),
    reordered: sum(({ found }) => found.reordered),
    "without an order": sum(({ found }) => found.unexplained),
    "nodes differ": sum(({ found }) => found.differing),
    "anything else": sum(({ found }) => found.other),
    "rows of the driver, lost": sum(({ plainRows }) => plainRows.lost),
    "of so many": sum(({ plainRows }) => plainRows.acknowledged),
  };
}

function faultsOf(cluster: ClusterRun["cluster"], runs: readonly ClusterRun[]): readonly Record<string, string>[] {
  const byKey = Map.groupBy(
    runs.flatMap(({ faults }) => faults),
    ({ key }) => key,
  );
  return [...byKey].sort(byName).map(([key, faults]) => {
    const times = faults.flatMap(({ nextBookingMs }) => nextBookingMs).sort((one, other) => one - other);
    const at = (share: number) => seconds(times[Math.floor(share * (times.length - 1))]);
    const never = faults.reduce((total, fault) => total + fault.never, 0);
    const fault = `${titles[cluster]}, \`${key}\``;
    return { fault, times: number(times.length + never), "next booking, median": at(0.5), longest: at(1) };
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

/** The gathered runs, for the page. */
export function clustersSummary(): string {
  const { runs } = JSON.parse(readFileSync(reportFile, "utf8")) as ClustersReport;
  const clusters = [...Map.groupBy(runs, ({ cluster }) => cluster)];
  const days = [...new Set(runs.map(({ startedAt }) => startedAt.slice(0, 10)))].sort().join(", ");
  return [
    `Gathered on ${days}:`,
    tableOf(clusters.map(([cluster, ofCluster]) => rowOf(cluster, ofCluster))),
    "What was found, and what a cluster itself lost:",
    tableOf(clusters.map(([cluster, ofCluster]) => foundIn(cluster, ofCluster))),
    "From a fault to the next booking that was asked for after it, on any node:",
    tableOf(clusters.flatMap(([cluster, ofCluster]) => faultsOf(cluster, ofCluster))),
  ].join("\n\n");
}
