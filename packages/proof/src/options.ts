import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { type ClusterName, clusterNames } from "./clusters/names.ts";
import { parseUrls } from "./clusters/urls.ts";
import { type Level, levels } from "./histories/interleaved.ts";

export interface ProofOptions {
  readonly engines: readonly EngineName[];
  /** If there are any, or `urls`, no engine is proved. */
  readonly clusters: readonly ClusterName[];
  /** Nodes of one cluster that somebody else runs. */
  readonly urls: readonly string[];
  /** Whether the suite for adapters is run on several versions of the engines, in place of everything else. */
  readonly versions: boolean;
  /** Only this release of them, such as `15`. */
  readonly release: string | undefined;
  /** Histories on each engine, divided among the levels, or on each cluster. */
  readonly histories: number;
  /** How often each fault strikes on each engine or cluster. */
  readonly faults: number;
  /** Only faults whose key contains this text. */
  readonly fault: string;
  /** Whether flawed adapters are tried as well. */
  readonly mutants: boolean;
  readonly seed: number;
  readonly report: string;
  /** Plays one history again. */
  readonly replay: { readonly level: Level; readonly path: string } | undefined;
}

export const usage = `Usage: prove [options]

Tries to make every engine double-book: concurrent commands in random orders, and faults while they run. One order of
the commands must explain every answer, and all invariants must hold.
Exit status: 0 if nothing was found, 1 if something was found or could not be run, 2 for wrong usage.

  --sqlite --postgres --mysql --mariadb   only these engines (default: all). Histories run on the server of
                 SLOTWRIGHT_POSTGRES_URL, SLOTWRIGHT_MYSQL_URL or SLOTWRIGHT_MARIADB_URL if it is set; faults always
                 on a server of their own
  --galera --group-replication --group-of-primaries --patroni --postgres-cluster   clusters of three nodes, in place of
                 engines: callers on all nodes at once, and faults of nodes while they run. Each run is added to the
                 report
  --urls A,B,C   the same on nodes that you run, without faults: an administrator's URL of each. All have to take writes
  --versions     in place of all that: the suite for adapters, on each release of PostgreSQL, MySQL and MariaDB that
                 packages give, or of the engines that are named. A run takes the place of an earlier one in the report
  --release R    only this release of them, for example 15 or 10.11
  --histories N  histories on each engine (default 3000) or cluster (default 300)
  --faults N     how often each fault strikes on each engine or cluster (default 3; 0 for none)
  --fault TEXT   only faults whose key contains this, for example network.cut or killed. Clusters without such a fault
                 are left out
  --no-mutants   do not try the conformance suite on adapters with one flaw each: on the memory adapter until a case
                 fails, and that case on each engine. --fault, --level and --path imply it
  --seed N       the seed of all randomness (default: a random one, which is printed)
  --level L      with --path and --seed: play one printed history again. L is ${levels.join(" or ")}
  --path P
  --report FILE  where the report goes, as JSON (default proof-report.json; proof-clusters.json for clusters, and
                 proof-versions.json for versions)
  --help         show this text`;

const flags = {
  sqlite: { type: "boolean", default: false },
  postgres: { type: "boolean", default: false },
  mysql: { type: "boolean", default: false },
  mariadb: { type: "boolean", default: false },
  galera: { type: "boolean", default: false },
  patroni: { type: "boolean", default: false },
  "group-replication": { type: "boolean", default: false },
  "group-of-primaries": { type: "boolean", default: false },
  "postgres-cluster": { type: "boolean", default: false },
  urls: { type: "string" },
  versions: { type: "boolean", default: false },
  release: { type: "string" },
  histories: { type: "string" },
  faults: { type: "string" },
  fault: { type: "string", default: "" },
  mutants: { type: "boolean", default: true },
  seed: { type: "string" },
  level: { type: "string" },
  path: { type: "string" },
  report: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): ProofOptions | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: flags,
    allowNegative: true,
    allowPositionals: true,
  });
  if (values.help) return "help";
  refuseWithoutFlag(positionals);
  const chosen = engineNames.filter((name) => values[name]);
  const clusters = clusterNames.filter((name) => values[name]);
  const urls = values.urls === undefined ? [] : parseUrls(values.urls);
  const isOnClusters = clusters.length + urls.length > 0;
  if (isOnClusters) refuseOthers({ ...values, chosen, clusters, urls });
  if (values.versions) refuseBesideVersions({ ...values, chosen, isOnClusters });
  else if (values.release !== undefined) throw new Error("--release chooses among --versions");
  const randomSeed = Math.floor(Math.random() * 1_000_000_000);
  return {
    engines: chosen.length > 0 || isOnClusters ? chosen : engineNames,
    clusters,
    urls,
    versions: values.versions,
    release: values.release,
    histories: wholeNumber("--histories", values.histories ?? (isOnClusters ? "300" : "3000")),
    faults: wholeNumber("--faults", values.faults ?? "3"),
    fault: values.fault,
    mutants: values.mutants && values.fault === "" && values.path === undefined && !isOnClusters && !values.versions,
    seed: values.seed === undefined ? randomSeed : wholeNumber("--seed", values.seed),
    report: values.report ?? `proof-${values.versions ? "versions" : isOnClusters ? "clusters" : "report"}.json`,
    replay: replayOf(values.level, values.path),
  };
}

/** @throws Error for what stands alone. It may be a URL, so its text is not repeated */
function refuseWithoutFlag(positionals: readonly string[]): void {
  if (positionals.length === 0) return;
  const advice = positionals.some((one) => one.includes("://")) ? " --urls takes all URLs, separated by commas." : "";
  throw new Error(`Arguments without a flag: ${positionals.length}.${advice}`);
}

interface Given {
  readonly chosen: readonly EngineName[];
  readonly clusters: readonly ClusterName[];
  readonly urls: readonly string[];
  readonly faults?: string | undefined;
  readonly fault: string;
  readonly level?: string | undefined;
  readonly path?: string | undefined;
}

/** @throws Error for what does not go with clusters */
function refuseOthers({ chosen, clusters, urls, faults = "0", fault, level, path }: Given): void {
  const on = [...chosen, ...clusters].map((name) => `--${name}`);
  if (chosen.length > 0) throw new Error(`Choose engines or clusters, not both: ${on.join(" ")}`);
  if (urls.length > 0 && clusters.length > 0) throw new Error(`Give --urls or ${on.join(" ")}, not both`);
  if (urls.length > 0 && (fault !== "" || faults !== "0")) {
    throw new Error("Nothing is done to the nodes of --urls: leave out --fault and --faults");
  }
  if (level !== undefined || path !== undefined) {
    throw new Error("--level and --path play a history of one engine again. On clusters, callers run freely.");
  }
}

interface BesideVersions {
  readonly chosen: readonly EngineName[];
  readonly isOnClusters: boolean;
  readonly histories?: string | undefined;
  readonly fault: string;
  readonly path?: string | undefined;
}

/** @throws Error for what does not go with versions */
function refuseBesideVersions({ chosen, isOnClusters, histories, fault, path }: BesideVersions): void {
  if (chosen.includes("sqlite")) throw new Error("--versions is for servers. SQLite comes with its driver.");
  if (isOnClusters) throw new Error("--versions starts single servers: leave out clusters and --urls");
  if (histories !== undefined || fault !== "" || path !== undefined) {
    throw new Error("--versions plays no histories and no faults: leave out --histories, --fault and --path");
  }
}

function replayOf(level: string | undefined, path: string | undefined): ProofOptions["replay"] {
  if (level === undefined && path === undefined) return undefined;
  const known = levels.find((one) => one === level);
  if (known === undefined || path === undefined) {
    throw new Error(`To play a history again, give --level (${levels.join(" or ")}), --seed and --path.`);
  }
  return { level: known, path };
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`${flag} must be a whole number, not "${text}"`);
}
