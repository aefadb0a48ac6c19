import assert from "node:assert/strict";
import {
  createRelay,
  type Engine,
  type EngineOptions,
  type HandleEntry,
  type JournalEntry,
  type Relay,
  type RelayOptions,
  type StorageAdapter,
} from "@slotwright/core";
import { auditHandovers } from "./feed-audit.ts";
import { engineOn, minutes, place, provider } from "./fixtures.ts";

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

/** Never resolves, and rejects when its signal is aborted. */
export const untilAborted: HandleEntry = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

export async function committed(storage: StorageAdapter): Promise<readonly JournalEntry[]> {
  const read = await storage.readFeed({ after: null, limit: 500 });
  if (read.status === "reset") assert.fail("null does not fit");
  return read.entries.map(({ entry }) => entry);
}

export const nameOf = ({ recordKind, recordId, version }: JournalEntry) => `${recordKind} ${recordId} ${version}`;

/** One more slot, which is one more entry. */
export async function publishAt(engine: Engine, index: number): Promise<string> {
  const slots = [{ start: minutes(index * 30), end: minutes(index * 30 + 30) }];
  return (await engine.createSlots({ actor: provider, ...place, slots })).slots[0]?.id ?? "";
}

/** What was given in the order of its tokens and answers: all of it at least once, and each record in order. */
export function assertHandedOver(given: readonly Given[], all: readonly JournalEntry[]): void {
  const answered = given.filter(({ isDone }) => isDone).map(({ entry, token }) => ({ ...entry, token }));
  assert.deepEqual(auditHandovers(answered, all), []);
}

export function assertTokensGrow(given: readonly Given[]): void {
  const tokens = given.map(({ token }) => token);
  assert.deepEqual(
    tokens,
    tokens.toSorted((a, b) => a - b),
  );
}

export async function endAll(...runs: readonly RelayRun[]): Promise<void> {
  await Promise.all(runs.map((run) => run.stop()));
}
