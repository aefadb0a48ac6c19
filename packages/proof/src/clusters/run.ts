import { NoDatabaseError } from "@slotwright/lab/engines";
import { bad, createProgress, heading } from "@slotwright/lab/terminal";
import { addTo, emptyTally } from "../histories/tally.ts";
import type { ProofOptions } from "../options.ts";
import { nodesAt } from "./given-nodes.ts";
import { clusterKinds } from "./kinds.ts";
import type { ClusterFault, Nodes } from "./nodes.ts";
import { type ClusterRun, runOf } from "./report.ts";
import { playRound, type RoundReport } from "./round.ts";

type ClusterOptions = Pick<ProofOptions, "clusters" | "urls" | "seed" | "histories" | "faults" | "fault">;

/**
 * Proves each cluster that was asked for, one after another.
 * @throws NoDatabaseError in the end, if there was one that cannot be had here
 */
export async function* proveClusters(
  options: ClusterOptions,
  signal: AbortSignal,
  kinds = clusterKinds,
): AsyncGenerator<ClusterRun> {
  const missing: string[] = [];
  for (const name of options.clusters) {
    if (signal.aborted) return;
    const nodes = await kinds[name].start();
    if (nodes === undefined) missing.push(kinds[name].title);
    else yield await proveNodes(name, nodes, options, signal);
  }
  if (options.urls.length > 0) yield await proveNodes("urls", await nodesAt(options.urls), options, signal);
  if (missing.length > 0) throw new NoDatabaseError(`There is no cluster here of ${missing.join(", nor of ")}.`);
}

/** Histories without a fault are played in rounds of so many. */
const mostInRound = 500;
/** Each history of a round has a seed of its own, which follow one another. */
const seedsOfRound = 10_000;

async function proveNodes(
  cluster: ClusterRun["cluster"],
  nodes: Nodes,
  options: ClusterOptions,
  signal: AbortSignal,
): Promise<ClusterRun> {
  const startedAt = new Date();
  console.log(heading(`${cluster}: ${nodes.origin}`));
  const rounds: RoundReport[] = [];
  let hasFailed = false;
  try {
    await playRounds(nodes, options, signal, rounds);
  } catch (error) {
    if (rounds.length === 0) throw error;
    hasFailed = true;
    console.error(bad("The rest of the run could not be played:"), error);
  } finally {
    await nodes.stop();
  }
  const { seed } = options;
  return runOf(rounds, { cluster, origin: nodes.origin, seed, startedAt, isInterrupted: signal.aborted || hasFailed });
}

async function playRounds(
  nodes: Nodes,
  { seed, histories, faults, fault }: ClusterOptions,
  signal: AbortSignal,
  rounds: RoundReport[],
): Promise<void> {
  const chosen: readonly ClusterFault[] = faults === 0 ? [] : nodes.faults.filter(({ key }) => key.includes(fault));
  if (fault !== "" && chosen.length === 0) {
    const keys = nodes.faults.map(({ key }) => key).join(", ");
    throw new NoDatabaseError(`No fault here has "${fault}" in its key. There are ${keys}.`);
  }
  const count = chosen.length === 0 ? Math.ceil(histories / mostInRound) : faults;
  const progress = createProgress(count);
  const seen = emptyTally();
  const text = () => `${seen.histories} histories, ${seen.commands} commands, ${seen.faults} faults`;
  for (let round = 0; round < count && !signal.aborted; round++) {
    const share = Math.ceil((histories - seen.histories) / (count - round));
    const report = await playRound(nodes, {
      seed: seed + round * seedsOfRound,
      histories: Math.max(share, 0),
      faults: chosen,
      signal,
    });
    rounds.push(report);
    addTo(seen, report.tally);
    progress.update(round + 1, text());
  }
  progress.finish(count, text());
}
