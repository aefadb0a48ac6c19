import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock, EngineOptions } from "@slotwright/core";

/**
 * Lets concurrent participants go on one step at a time, in an order that a list of numbers decides: the same numbers
 * give the same order. A participant that waits for another's lock does not keep the others from going on.
 */
export interface Turns {
  /**
   * Awaited before each step of a participant. Resolves when it is its turn. Callers that are not participants pass at
   * once.
   */
  readonly next: () => Promise<void>;
  /** Runs the participants of a scene until all of them have ended. */
  readonly run: (scene: { readonly participants: readonly (() => Promise<void>)[] }) => Promise<readonly never[]>;
}

export interface TurnsOptions {
  /**
   * For each step, which of the waiting participants goes on. After the last number, the one that has waited longest
   * goes.
   */
  readonly choices: readonly number[];
  /** Milliseconds after which an unfinished step counts as waiting for a lock. Default 20. */
  readonly blockedAfterMs?: number;
}

interface Participant {
  readonly number: number;
  /** When it last had its turn. */
  lastTurn: number;
}

interface Waiting {
  readonly participant: Participant;
  readonly go: () => void;
}

/**
 * The participant whose last turn is longest ago goes first. This is not the order of arrival: if several run at the
 * same time, as all do in the beginning, that order depends on milliseconds and cannot be repeated.
 */
function inLine(one: Waiting, other: Waiting): number {
  return one.participant.lastTurn - other.participant.lastTurn || one.participant.number - other.participant.number;
}

export function createTurns({ choices, blockedAfterMs = 20 }: TurnsOptions): Turns {
  const current = new AsyncLocalStorage<Participant>();
  const waiting: Waiting[] = [];
  const running = new Set<Participant>();
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;

  function letOneGo(): void {
    if (running.size > 0) return;
    clearTimeout(timer);
    waiting.sort(inLine);
    const [chosen] = waiting.splice((choices[turn] ?? 0) % Math.max(waiting.length, 1), 1);
    if (chosen === undefined) return;
    turn += 1;
    chosen.participant.lastTurn = turn;
    running.add(chosen.participant);
    chosen.go();
    timer = setTimeout(takeForBlocked, blockedAfterMs);
  }

  /** They go on when they can. Until then, it is another participant's turn. */
  function takeForBlocked(): void {
    running.clear();
    letOneGo();
  }

  function stop(participant: Participant): void {
    running.delete(participant);
    letOneGo();
  }

  async function next(): Promise<void> {
    const participant = current.getStore();
    if (participant === undefined) return;
    const turn = new Promise<void>((go) => waiting.push({ participant, go }));
    stop(participant);
    await turn;
  }

  async function run({ participants: works }: Parameters<Turns["run"]>[0]): Promise<readonly never[]> {
    const started = works.map((work, number) => ({ work, participant: { number, lastTurn: 0 } }));
    for (const { participant } of started) running.add(participant);
    timer = setTimeout(takeForBlocked, blockedAfterMs);
    await Promise.all(
      started.map(({ work, participant }) => current.run(participant, () => work().finally(() => stop(participant)))),
    );
    clearTimeout(timer);
    return [];
  }

  return { next, run };
}

/** Milliseconds that pass with each look at the clock. Holds of some seconds expire within a play. */
const tick = 100;

/**
 * Options of engines whose time advances with each look at the clock, and that yield their turn when they pause, so
 * that everything can be repeated. Their patience does not end, because this clock runs fast.
 */
export function optionsByTurns(turns: Turns): Pick<EngineOptions<unknown>, "clock" | "retry" | "coalesce"> {
  let now = Date.UTC(2026, 2, 1);
  const clock: Clock = {
    now: () => {
      now += tick;
      return new Date(now);
    },
    sleep: () => turns.next(),
  };
  // A batch runs in no caller's context, so it would have no turn.
  return { clock, retry: { budgetMs: Number.MAX_SAFE_INTEGER }, coalesce: { batchSize: 1 } };
}
