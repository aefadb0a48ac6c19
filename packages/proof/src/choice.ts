import type { EngineName } from "@slotwright/lab/engines";
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

/** Why the options ask for nothing. A proof of nothing would find nothing wrong. */
export function idleReason(options: Chosen): string | undefined {
  const { engines, clusters, urls, histories, faults, fault, mutants, replay } = options;
  if (options.versions) return releasesFor(options).length > 0 ? undefined : noRelease(options);
  if (replay !== undefined || mutants) return undefined;
  if (faults === 0 && fault !== "") return "--fault chooses among faults, and --faults 0 asks for none";
  if (faults === 0 && histories === 0) return "There is nothing to do with --histories 0, --faults 0 and --no-mutants";
  // The nodes of a cluster have to be there before its faults are known.
  if (clusters.length + urls.length > 0) return undefined;
  const hasChosen = engines.some((engine) => chosenOf(faultsOf(engine).faults, options).length > 0);
  return faults === 0 || hasChosen ? undefined : `No fault on ${engines.join(", ")} has "${fault}" in its key`;
}

function noRelease({ engines, release }: Chosen): string {
  const known = releasesFor({ engines, release: undefined }).map((one) => `${one.engine} ${one.release}`);
  return `There is no release "${release}" among ${known.join(", ")}`;
}

/** All faults of these engines, one per line. */
export function faultList(engines: readonly EngineName[]): string {
  const titles = new Map(engines.flatMap((engine) => faultsOf(engine).faults.map(({ key, title }) => [key, title])));
  const width = Math.max(...[...titles.keys()].map((key) => key.length));
  return ["Faults:", ...[...titles].map(([key, title]) => `  ${key.padEnd(width)}  ${title}`)].join("\n");
}
