import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  createRelay,
  type EngineOptions,
  type HandleEntry,
  type JournalEntry,
  type Relay,
  type RelayOptions,
  type StorageAdapter,
} from "@slotwright/core";
import { engineOn } from "./fixtures.ts";

/** What a relay's function was given, and whether it has resolved. */
export interface Given {
  readonly entry: JournalEntry;
  readonly token: number;
  readonly attempt: number;
  isDone: boolean;
}

/** `given` and `done` throw what the run has rejected with. */
export interface RelayRun {
  readonly relay: Relay;
  readonly given: readonly Given[];
  /** The entries that were handed over, in the order in which they were answered for. */
  readonly done: readonly JournalEntry[];
  /** Rejects if the run does. */
  readonly running: Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface RunOptions extends Partial<RelayOptions> {
  readonly engineOptions?: Partial<EngineOptions<unknown>>;
  /** Shared by several runs. */
  readonly log?: Given[];
}

/** Runs a relay from the first entry, which notes what it hands over. */
export function runRelay(storage: StorageAdapter, handle?: HandleEntry, options: RunOptions = {}): RelayRun {
  const { engineOptions, log = [], ...own } = options;
  const stopping = new AbortController();
  const given: Given[] = [];
  const done: JournalEntry[] = [];
  const relay = createRelay({
    engine: engineOn(storage, engineOptions),
    name: "mail",
    from: "beginning",
    pollMs: 20,
    ...own,
    async handle(entry, handover) {
      const { token, attempt } = handover;
      const one = { entry, token, attempt, isDone: false };
      given.push(one);
      log.push(one);
      await handle?.(entry, handover);
      one.isDone = true;
      done.push(entry);
    },
  });
  const running = relay.run({ signal: stopping.signal });
  let failure: { readonly error: unknown } | undefined;
  running.catch((error: unknown) => {
    failure = { error };
  });
  const checked = <T>(list: T): T => {
    if (failure !== undefined) throw failure.error;
    return list;
  };
  return {
    relay,
    get given() {
      return checked(given);
    },
    get done() {
      return checked(done);
    },
    running,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Waits until it is true. Long, because the machine may have other work. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string | (() => string),
  withinMs = 60_000,
): Promise<void> {
  const started = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - started > withinMs)
      assert.fail(`it does not happen that ${typeof what === "string" ? what : what()}`);
    await pause(10);
  }
}

/** Never resolves, and rejects when its signal is aborted. */
export const untilAborted: HandleEntry = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
