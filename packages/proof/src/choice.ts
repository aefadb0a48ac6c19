import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { clusterKinds } from "./clusters/kinds.ts";
import type { ClusterName } from "./clusters/names.ts";
import { faultsOf } from "./faults/index.ts";
import type { ProofOptions } from "./options.ts";
import { releasesFor } from "./versions/run.ts";

type Chosen = Pick<
  ProofOptions,
  "engines" | "clusters" | "urls" | "versions" | "release" | "histories" | "faults" | "fault" | "mutants" | "replay"
>;

/** The faults of an engine that were asked for. */
export function chosenOf<Fault extends { readonly key: string }>(
  faults: readonly Fault[],
  { faults: times, fault }: Chosen,
): readonly Fault[] {
  return times === 0 ? [] : faults.filter(({ key }) => key.includes(fault));
}

/** The engines on which there is something to do. */
export function busyEngines(options: Chosen): readonly EngineName[] {
  if (options.replay !== undefined || options.histories > 0 || options.mutants) return options.engines;
  return options.engines.filter((engine) => chosenOf(faultsOf(engine).faults, options).length > 0);
}

/** The clusters that have the chosen faults. On the others, a run would not show what was asked for. */
export function busyClusters(
  { clusters, fault }: Pick<Chosen, "clusters" | "fault">,
  kinds = clusterKinds,
): readonly ClusterName[] {
  return clusters.filter((name) => fault === "" || kinds[name].faults.some(({ key }) => key.includes(fault)));
}

/** Why the options ask for nothing. A proof of nothing would find nothing wrong. */
export function idleReason(options: Chosen): string | undefined {
  const { engines, clusters, urls, histories, faults, fault, mutants, replay } = options;
  if (options.versions) return releasesFor(options).length > 0 ? undefined : noRelease(options);
  if (replay !== undefined || mutants) return undefined;
  if (urls.length > 0 && histories === 0) {
    return "There is nothing to do with --urls and --histories 0, because nothing is done to these nodes";
  }
  if (faults === 0 && fault !== "") return "--fault chooses among faults, and --faults 0 asks for none";
  if (faults === 0 && histories === 0) return "There is nothing to do with --histories 0, --faults 0 and --no-mutants";
  if (urls.length > 0) return undefined;
  const hasChosen =
    busyClusters(options).length > 0 || engines.some((engine) => chosenOf(faultsOf(engine).faults, options).length > 0);
  const names = [...engines, ...clusters].join(", ");
  return faults === 0 || hasChosen ? undefined : `No fault on ${names} has "${fault}" in its key`;
}

function noRelease({ engines, release }: Chosen): string {
  const known = releasesFor({ engines, release: undefined }).map((one) => `${one.engine} ${one.release}`);
  return `There is no release "${release}" among ${known.join(", ")}`;
}

/** All faults of the engines, or of each of these clusters, one per line. */
export function faultList(clusters: readonly ClusterName[]): string {
  if (clusters.length > 0) {
    return clusters
      .map((name) => listed(`Faults on ${clusterKinds[name].title}:`, clusterKinds[name].faults))
      .join("\n");
  }
  return listed(
    "Faults:",
    engineNames.flatMap((engine) => faultsOf(engine).faults),
  );
}

function listed(heading: string, faults: readonly { readonly key: string; readonly title: string }[]): string {
  const titles = new Map(faults.map(({ key, title }) => [key, title]));
  const width = Math.max(...[...titles.keys()].map((key) => key.length));
  return [heading, ...[...titles].map(([key, title]) => `  ${key.padEnd(width)}  ${title}`)].join("\n");
}
