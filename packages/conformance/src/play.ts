import {
  createEngine,
  type EngineOptions,
  isBookingError,
  type JournalEntry,
  type StorageAdapter,
} from "@slotwright/core";
import { keyText } from "@slotwright/core/adapter";
import fc from "fast-check";
import { ask } from "./ask.ts";
import { auditStore, journalsOf } from "./audit.ts";
import { auditFeed } from "./feed-audit.ts";
import { followFeed } from "./feed-reader.ts";
import { asCaller } from "./in-transactions.ts";
import { anyIntent, emptyWorld, type Intent, placesOfWorld, providersOfWorld, type World } from "./intents.ts";
import { checkHistory } from "./linearizability/check.ts";
import { checkFeed } from "./linearizability/check-feed.ts";
import { type History, type HistoryCall, isRead, mergeHistories } from "./linearizability/history.ts";
import { createRecorder, type RecordedEngine } from "./linearizability/record.ts";
import { settleUnknown } from "./linearizability/settle.ts";
import { recordsIn, type ShownRecord } from "./linearizability/shown-records.ts";
import { playClock } from "./play-clock.ts";
import { anyPolicies, policiesNamed } from "./play-policies.ts";

/** What several callers do at the same time, and the order of their steps. */
export interface Play {
  /** Run one after another, before all others. */
  readonly before: readonly Intent[];
  /** The commands of one caller follow one another; the callers are concurrent. */
  readonly callers: readonly (readonly Intent[])[];
  /** Decides the order of steps, as in `createTurns`. */
  readonly choices: readonly number[];
  /** The names of the policies that all engines have. Default: none. */
  readonly policies?: readonly string[];
}

const first = { slot: 0, appointment: 0, start: 0, length: 6, capacity: 1, key: null } as const;

/** Two appointments that wait to be accepted, and then a slot that fits only one of them. */
const opening: readonly Intent[] = [
  { ...first, name: "bookTime" },
  { ...first, name: "bookTime", appointment: 1 },
  { ...first, name: "createSlots" },
];

/** Slots close to each other, so that policies have something to look at around each. */
const neighbours: readonly Intent[] = [
  { ...first, name: "createSlots", start: 7, length: 4 },
  { ...first, name: "createSlots", start: 20, length: 4 },
];

/** Hours that begin with the slot of the opening, and slots of them: what is done to them without any says little. */
const hours: readonly Intent[] = [
  { ...first, name: "setAvailability" },
  { ...first, name: "publishSlots", length: 1 },
];

/** Openings of nine o'clock until twenty to twelve that are computed, and an appointment in one of them, which can be moved to others. */
const movable: readonly Intent[] = [
  { ...first, name: "setAvailability", slot: 1, length: 8 },
  { ...first, name: "bookTime", appointment: 2, start: 14, length: 1, capacity: 2 },
];

/** A move of that appointment to a time. */
const move = fc
  .record({ start: fc.nat(11), length: fc.integer({ min: 1, max: 3 }) })
  .map(({ start, length }): Intent => ({ ...first, name: "reschedule", appointment: 2, start: 2 * start + 1, length }));

/** What is there besides. The first of the callers begins with what is to be done to it. */
const stages: readonly { readonly before: readonly Intent[]; readonly isMoved: boolean }[] = [
  ...Array.from({ length: hours.length + 1 }, (_, set) => ({ before: hours.slice(0, set), isMoved: false })),
  { before: movable, isMoved: true },
];

/** What callers do to a few records that all of them want. */
const contended = anyIntent.map((intent) => ({
  ...intent,
  slot: intent.slot % 3,
  appointment: intent.appointment % 3,
}));

/** Any play of some callers on a few slots. */
export const anyPlay: fc.Arbitrary<Play> = fc
  .record({
    before: fc.array(anyIntent, { maxLength: 6 }),
    callers: fc.array(fc.array(contended, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 6 }),
    choices: fc.array(fc.nat(30), { maxLength: 60 }),
    policies: anyPolicies,
    stage: fc.constantFrom(...stages),
    move,
  })
  .map(({ before, callers, stage, move, ...play }) => {
    const around = play.policies.length > 0 ? neighbours : [];
    const [beginning = [], ...others] = callers;
    return {
      ...play,
      before: [...opening, ...stage.before, ...around, ...before],
      callers: stage.isMoved ? [[move, ...beginning], ...others] : callers,
    };
  });

export interface Stage {
  /** Connections to one store, shared among the callers. */
  readonly storages: readonly StorageAdapter[];
  /** A separate connection, which sets the stage and inspects it at the end. */
  readonly observer: StorageAdapter;
  /** Options of the engines. */
  readonly options?: Partial<EngineOptions<unknown>>;
  /** Part of all ids and keys, if several plays share a store. */
  readonly name?: string;
  /**
   * Whether callers on one connection share an engine, and so share round trips. If callers take turns, each needs an
   * engine of its own.
   */
  readonly sharesEngines?: boolean;
  /** Whether every third caller runs each of its commands in a transaction that the engine opens. */
  readonly inTransactions?: boolean;
  /**
   * Called if the database was away: whether the caller, which has waited in the meantime, tries again. Default: no.
   */
  readonly onFailure?: (attempts: number) => Promise<boolean>;
}

export interface Performance {
  readonly history: History;
  readonly world: World;
  /** Errors that an engine must never throw. */
  readonly rawErrors: readonly string[];
  /** The entries of the feed that somebody was given who followed it all the while. */
  readonly feed: readonly JournalEntry[];
}

/** The stage once it is set: what exists, and the callers who wait to start. */
export interface Scene {
  readonly world: World;
  readonly participants: readonly (() => Promise<void>)[];
}

/** Starts the callers. If they run elsewhere, it returns what was recorded there. */
export type RunScene = (scene: Scene) => Promise<readonly Pick<Performance, "history" | "rawErrors">[]>;

const allAtOnce: RunScene = async ({ participants }) => {
  await Promise.all(participants.map((act) => act()));
  return [];
};

/**
 * Sets the stage, starts the callers, by turns or all at once, and then reads every record that an answer has shown.
 * All the while, somebody follows the feed.
 */
export async function perform(play: Play, stage: Stage, runScene: RunScene = allAtOnce): Promise<Performance> {
  const follower = await followFeed(stage.observer);
  try {
    const performance = await performUnfollowed(play, stage, runScene);
    return { ...performance, feed: await follower.finish() };
  } finally {
    follower.stop();
  }
}

async function performUnfollowed(play: Play, stage: Stage, runScene: RunScene): Promise<Omit<Performance, "feed">> {
  const { storages, observer, name = "" } = stage;
  const { policies = [] } = play;
  const world = emptyWorld(name, policies);
  const options = { clock: playClock(world.startedAt), ...stage.options, ...policiesNamed(policies) };
  const recorder = createRecorder({ prefix: `${name}c`, ...options });
  const rawErrors: string[] = [];
  const engines = new Map(storages.map((storage) => [storage, createEngine({ ...options, storage })]));
  const engineOn = (storage: StorageAdapter) =>
    (stage.sharesEngines && engines.get(storage)) || createEngine({ ...options, storage });
  const actor = (caller: string, given: RecordedEngine, intents: readonly Intent[]) => async () => {
    const engine = recorder.by(caller, given);
    for (const intent of intents) await insist(() => ask(intent, engine, world), rawErrors, stage.onFailure);
  };
  await actor("before", engineOn(observer), play.before)();
  const participants = play.callers.map((intents, index) => {
    const engine = engineOn(storages[index % storages.length] as StorageAdapter);
    return actor(`caller ${index + 1}`, stage.inTransactions ? asCaller(index, engine) : engine, intents);
  });
  const elsewhere = await runScene({ world, participants });
  const merged = () => mergeHistories([recorder.history(), ...elsewhere.map(({ history }) => history)]);
  await repeatUnanswered(
    merged(),
    recorder.by("repeated", createEngine({ ...options, storage: storages[0] ?? observer })),
  );
  const settled = await settleUnknown(merged(), observer);
  await lookOver(settled, recorder.by("observer", createEngine({ ...options, storage: observer })));
  const history = await settleUnknown(merged(), observer);
  return { history, world, rawErrors: [...rawErrors, ...elsewhere.flatMap((one) => one.rawErrors)] };
}

async function insist(command: () => Promise<void>, rawErrors: string[], onFailure: Stage["onFailure"]): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await command();
    } catch (error) {
      noteRaw(error, rawErrors);
      const isAway = isBookingError(error) && error.status >= 500;
      if (!isAway || !(await onFailure?.(attempts))) return;
    }
  }
}

/** A caller without an answer asks again with the same key, as callers should. The command takes effect once. */
async function repeatUnanswered({ calls }: History, engine: RecordedEngine): Promise<void> {
  for (const call of calls) {
    const { name, input, outcome } = call;
    if (outcome.status !== "unknown" || isRead(call)) continue;
    // A refusal is an answer, too, and what follows a fault goes into the history like everything else.
    await (engine[name] as (input: unknown) => Promise<unknown>)(input).catch(() => {});
  }
}

function noteRaw(error: unknown, rawErrors: string[]): void {
  if (isBookingError(error)) return;
  const { stack } = (error ?? {}) as { readonly stack?: unknown };
  rawErrors.push(`Raw error: ${String(stack ?? error)}`);
}

/** Reads all records that an answer has shown, so that the answers have to fit the final state. */
async function lookOver({ calls }: History, engine: RecordedEngine): Promise<void> {
  const results = calls.map(({ outcome }) => ("result" in outcome ? outcome.result : null));
  const shown = new Map(results.flatMap(recordsIn).map((record) => [keyText(record), record]));
  const written = calls.flatMap(({ commits = [] }) => commits.flatMap(({ wrote }) => wrote));
  for (const { kind, id } of written) if (kind === "slot") shown.set(keyText({ kind, id }), { kind, id });
  for (const record of shown.values()) {
    const { kind, id } = record;
    if (kind === "slot") await engine.getSlot(id).catch(ignoreRefusal);
    if (kind === "appointment") await engine.getAppointment(id).catch(ignoreRefusal);
    if (kind === "availability") await engine.getAvailability(placeOf(record)).catch(ignoreRefusal);
  }
}

function placeOf({ providerId, facilityId }: ShownRecord) {
  return { providerId: String(providerId), facilityId: String(facilityId) };
}

/** That a record does not exist is also an answer, and belongs in the history. */
function ignoreRefusal(error: unknown): void {
  if (!isBookingError(error) || error.status >= 500) throw error;
}

/**
 * What is wrong, as sentences: broken invariants, answers without an explanation, errors that an engine must never
 * throw.
 */
export async function problemsOf(performance: Performance, observer: StorageAdapter): Promise<readonly string[]> {
  const { history, world, rawErrors } = performance;
  const verdict = checkHistory(history, policiesNamed(world.policies));
  const broken = await auditStore(observer, { providerIds: providersOfWorld(world) });
  const inFeed = await feedProblemsOf(performance, observer);
  return [...rawErrors, ...broken, ...inFeed, ...(verdict.linearizable ? [] : [verdict.explanation])];
}

/** Several plays may share a store. */
async function feedProblemsOf({ history, world, feed }: Performance, observer: StorageAdapter) {
  const providerIds = providersOfWorld(world);
  const given = feed.filter((entry) => entry.providerIds.some((id) => providerIds.includes(id)));
  const committed = await journalsOf(observer, { providerIds }, placesOfWorld(world));
  return [...auditFeed(given, committed), ...checkFeed(history, given)];
}

/** Calls that must not fail if no fault was injected. */
export function failuresIn({ calls }: History): readonly HistoryCall[] {
  return calls.filter(({ outcome }) => outcome.status === "failed" || outcome.status === "unknown");
}
