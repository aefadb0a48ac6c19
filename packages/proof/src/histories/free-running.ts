import { anyPlay, type Play, perform, problemsOf, type World } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { DatabaseEngine, EngineName } from "@slotwright/lab/engines";
import fc from "fast-check";
import { type HistoryRelay, startHistoryRelay } from "./history-relay.ts";
import type { Violation } from "./interleaved.ts";
import type { Round, RoundReport } from "./messages.ts";
import { type Player, startPlayer } from "./player.ts";
import { addTo, countHistory, emptyTally, type Tally } from "./tally.ts";

export interface FreeRunningOptions {
  readonly engineName: EngineName;
  readonly processes: number;
  readonly histories: number;
  readonly seed: number;
  readonly onTally: (tally: Tally) => void;
  /** No further history begins once it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Callers in several processes at the same time, without turns, and a relay beside them. What they ask for can be
 * repeated.
 */
export async function playFreely(
  engine: DatabaseEngine,
  address: string,
  { engineName, processes, histories, seed, onTally, signal }: FreeRunningOptions,
): Promise<Violation | undefined> {
  const names = Array.from({ length: processes }, (_, index) => String.fromCharCode(97 + index));
  const players = await Promise.all(
    names.map((name) => startPlayer({ engine: engineName, address, name, inTransactions: true })),
  );
  const observer: StorageAdapter = engine.openStorage(address);
  const ofRelay: StorageAdapter = engine.openStorage(address);
  const relay = await startHistoryRelay(ofRelay, `histories of ${seed}`);
  try {
    for (const [index, play] of fc.sample(anyPlay, { numRuns: histories, seed }).entries()) {
      if (signal?.aborted) break;
      const problems = await playOnce(play, `free${seed}-${index}`, { players, observer, relay, onTally });
      if (problems.length > 0) return { problems, replay: `--level free --seed ${seed} --histories ${index + 1}` };
    }
    return undefined;
  } finally {
    await Promise.all(players.map(({ stop }) => stop()));
    await relay.end();
    await Promise.all([observer, ofRelay].map((storage) => storage.close()));
  }
}

interface Company {
  readonly players: readonly Player[];
  readonly observer: StorageAdapter;
  readonly relay: HistoryRelay;
  readonly onTally: (tally: Tally) => void;
}

async function playOnce(
  play: Play,
  name: string,
  { players, observer, relay, onTally }: Company,
): Promise<readonly string[]> {
  const tally = emptyTally();
  const stage = { storages: [observer], observer, name };
  const performance = await perform(play, stage, async ({ world }) => {
    const told = await playTogether(play, world, players);
    for (const one of told) addTo(tally, one.tally);
    return told;
  });
  countHistory(tally, performance.history);
  const problems = [...(await problemsOf(performance, observer)), ...(await relay.problemsOf(performance, observer))];
  addTo(tally, { handedOver: relay.count() });
  onTally(tally);
  return problems;
}

/** One round of all processes, which divide the callers among them. */
export function playTogether(play: Play, world: World, players: readonly Player[]): Promise<readonly RoundReport[]> {
  const { name, policies, startedAt, slotIds, appointmentIds } = world;
  const rounds = players.map((_, index) => {
    return { world: name, policies, startedAt, slotIds, appointmentIds, callers: shareOf(play, index, players.length) };
  });
  return Promise.all(players.map((player, index) => player.play(rounds[index] as Round)));
}

/** The callers of one process: with three processes, every third one. */
function shareOf({ callers }: Play, index: number, processes: number): Play["callers"] {
  return callers.filter((_, caller) => caller % processes === index);
}
