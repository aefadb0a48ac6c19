import { isNoDatabaseError, NoDatabaseError } from "@slotwright/lab/engines";
import { bad, createProgress, heading } from "@slotwright/lab/terminal";
import { busyClusters } from "../choice.ts";
import { addTo, emptyTally } from "../histories/tally.ts";
import type { ProofOptions } from "../options.ts";
import { nodesAt } from "./given-nodes.ts";
import { interruptionOf } from "./interruption.ts";
import { type ClusterKind, clusterKinds } from "./kinds.ts";
import type { ClusterFault, Nodes } from "./nodes.ts";
import { type ClusterRun, runOf } from "./report.ts";
import { playRound, type RoundReport } from "./round.ts";

type ClusterOptions = Pick<ProofOptions, "clusters" | "urls" | "seed" | "histories" | "faults" | "fault">;

/**
 * Proves each cluster that was asked for, one after another, whatever becomes of those before it.
 * @throws NoDatabaseError in the end, if there was one that cannot be had here
 */
export async function* proveClusters(
  options: ClusterOptions,
  signal: AbortSignal,
  kinds = clusterKinds,
): AsyncGenerator<ClusterRun> {
  const missing: string[] = [];
  const busy = busyClusters(options, kinds);
  for (const name of options.clusters.filter((one) => !busy.includes(one))) {
    console.log(`${name} is left out: none of its faults has "${options.fault}" in its key.`);
  }
  for (const name of busy) {
    if (signal.aborted) return;
    const nodes = await started(kinds[name]);
    if (nodes === undefined) missing.push(kinds[name].title);
    else yield await proveNodes(name, nodes, options, signal);
  }
  if (options.urls.length > 0) yield await proveNodes("urls", await nodesAt(options.urls), options, signal);
  if (missing.length > 0) throw new NoDatabaseError(`There is no cluster here of ${missing.join(", nor of ")}.`);
}

async function started({ title, start }: ClusterKind): Promise<Nodes | undefined> {
  try {
    return await start();
  } catch (error) {
    console.error(bad(`A cluster of ${title} could not be started:`), error);
    return undefined;
  }
}

/** Histories without a fault are played in rounds of so many. */
const mostInRound = 500;
/** Each history of a round has a seed of its own, which follow one another. */
const seedsOfRound = 10_000;

/** @throws NoDatabaseError if these are no nodes that can be proved */
async function proveNodes(
  cluster: ClusterRun["cluster"],
  nodes: Nodes,
  options: ClusterOptions,
  signal: AbortSignal,
): Promise<ClusterRun> {
  const startedAt = new Date();
  console.log(heading(`${cluster}: ${nodes.origin}`));
  const rounds: RoundReport[] = [];
  let ended: ReturnType<typeof interruptionOf>;
  try {
    await playRounds(nodes, options, signal, rounds);
    ended = interruptionOf(signal);
  } catch (error) {
    if (rounds.length === 0 && isNoDatabaseError(error)) throw error;
    ended = interruptionOf(signal, error);
    console.error(bad("The rest of the run could not be played:"), error);
  } finally {
    await nodes.stop();
  }
  return runOf(rounds, { cluster, origin: nodes.origin, seed: options.seed, startedAt, ...ended });
}

async function playRounds(
  nodes: Nodes,
  { seed, histories, faults, fault }: ClusterOptions,
  signal: AbortSignal,
  rounds: RoundReport[],
): Promise<void> {
  const chosen: readonly ClusterFault[] = faults === 0 ? [] : nodes.faults.filter(({ key }) => key.includes(fault));
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
