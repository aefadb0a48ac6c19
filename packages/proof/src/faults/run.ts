import { setTimeout as sleep } from "node:timers/promises";
import { type Performance, type Play, perform, type Scene } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import fc from "fast-check";
import type { RoundReport } from "../histories/messages.ts";
import { countHistory, countingAdapter, type Tally } from "../histories/tally.ts";
import { anyRush } from "./rush.ts";

/** Callers who work while a fault strikes. */
export interface Rush {
  /** The fault's key. Together with the seed, it distinguishes the rushes on one database. */
  readonly name: string;
  readonly seed: number;
  readonly callers: number;
  /** The storages on which they work, in turns. */
  readonly storages: readonly StorageAdapter[];
  /** Sets the stage and inspects it afterwards, out of the fault's reach. */
  readonly observer: StorageAdapter;
  /** Milliseconds after which the engines give up on a busy database. */
  readonly budgetMs: number;
  /** How many milliseconds a caller waits before it asks again if the database is away. */
  readonly pauseMs: number;
  readonly sharesEngines?: boolean;
  readonly tally: Tally;
}

/** With the pause, longer than any fault lasts. */
const mostAttempts = 200;

/** Plays a rush. `strike` starts the callers and does the harm, and resolves with what callers elsewhere were told. */
export async function performRush(
  { name, seed, callers, storages, observer, budgetMs, pauseMs, sharesEngines = false, tally }: Rush,
  strike: (scene: Scene, play: Play) => Promise<readonly RoundReport[]>,
): Promise<Performance> {
  const [play] = fc.sample(anyRush(callers), { numRuns: 1, seed }) as [Play];
  const stage = {
    storages: storages.map((storage) => countingAdapter(storage, tally)),
    observer,
    name: `-${name}-${seed}`,
    options: { retry: { budgetMs } },
    sharesEngines,
    onFailure: async (attempts: number) => {
      await sleep(pauseMs);
      return attempts < mostAttempts;
    },
  };
  const performance = await perform(play, stage, (scene) => strike(scene, play));
  countHistory(tally, performance.history);
  return performance;
}

/** Resolves when a condition holds, or when the callers are done. */
export async function untilSo(isSo: () => boolean, ended: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!isSo() && !hasEnded) await sleep(1);
}
