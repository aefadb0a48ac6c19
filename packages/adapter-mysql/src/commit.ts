import { type Link, linksOf, toBeTriedAgain, withoutThoseBehind } from "@slotwright/adapter-sql";
import {
  type CommandRecord,
  type CommitOutcome,
  keyText,
  type RecordKey,
  type StoredRecord,
  type Transition,
} from "@slotwright/core/adapter";
import { guardOfCommit, isConflict, isReplay, isStale, strayDuplicate, toStorageError } from "./errors.ts";
import type { Look } from "./reads.ts";

/** What deciding about a batch needs from its connection and transaction. */
export interface CommitContext {
  /** Whether written transitions stay written even if others fail. They do not within a host's transaction. */
  readonly commits: boolean;
  /** Writes all of the transitions or none. If it writes none, it rejects with the driver's error. */
  readonly write: (transitions: readonly Transition[]) => Promise<void>;
  /** What is stored now. Without waiting, it also returns which rows others have locked. */
  readonly look: (keys: readonly RecordKey[]) => Promise<Look>;
  /** Those of the commands that are stored now. */
  readonly loadReplayed: (ids: readonly string[]) => Promise<ReadonlyMap<string, CommandRecord>>;
}

/**
 * Commits a batch. All of it usually succeeds at once. If something is in the way, one look tells which transitions are
 * stale, busy or replays, and the others are tried again, except those that rest on one of these. If a guard refused, the batch is split in halves until it is
 * known which transition the guard refused.
 */
export async function commitBatch(
  context: CommitContext,
  transitions: readonly Transition[],
): Promise<readonly CommitOutcome[]> {
  const outcomes = new Map(await presentAmong(context, transitions));
  const others = transitions.filter((one) => !outcomes.has(one));
  try {
    await settle(context, others, outcomes);
  } catch (error) {
    if (!isToBeTold(error, context, outcomes)) throw error;
  }
  return transitions.map((transition) => outcomes.get(transition) ?? toBeTriedAgain(transition));
}

/**
 * If part of a batch was committed, its outcomes are reported, and the rest is to be tried again. The next attempt then
 * reports the problem. If the fate of the rest is unknown, that error counts: each command looks up its own outcome.
 */
function isToBeTold(error: unknown, { commits }: CommitContext, outcomes: Outcomes): boolean {
  const isCommitted = [...outcomes.values()].some(({ status }) => status === "committed");
  return commits && isCommitted && toStorageError(error, { databaseName: "", during: "commit" }).failure !== "unknown";
}

/**
 * Transitions that depend on the absence of a record that they do not put. There is no key to collide with and no row
 * to lock, so these records are looked up. The rules make no such transitions.
 */
async function presentAmong(context: CommitContext, transitions: readonly Transition[]): Promise<Outcomes> {
  const resting = transitions.filter(({ expect, put }) => {
    const written = new Set(put.map(keyText));
    return expect.some(({ key, version }) => version === 0 && !written.has(keyText(key)));
  });
  if (resting.length === 0) return new Map();
  const replayed = await replayedAmong(context, resting);
  return new Map([...(await lostAmong(context, resting)), ...replayed]);
}

async function settle(
  context: CommitContext,
  transitions: readonly Transition[],
  outcomes: Map<Transition, CommitOutcome>,
): Promise<void> {
  const going = withoutThoseBehind(transitions, outcomes);
  if (going.length === 0) return;
  const conflict = await conflictOf(context, going);
  if (conflict === undefined) {
    for (const transition of going) outcomes.set(transition, { status: "committed" });
    return;
  }
  const lost = isReplay(conflict) ? await replayedAmong(context, going) : await lostAmong(context, going);
  for (const [transition, outcome] of lost) outcomes.set(transition, outcome);
  const others = going.filter((one) => !lost.has(one));
  if (lost.size > 0) return settle(context, others, outcomes);
  return settleApart(context, going, conflict, outcomes);
}

/** A guard refused one of them, or the obstacle was gone when it was looked for. */
async function settleApart(
  context: CommitContext,
  transitions: readonly Transition[],
  conflict: unknown,
  outcomes: Map<Transition, CommitOutcome>,
): Promise<void> {
  const [only, ...more] = transitions;
  if (only !== undefined && more.length === 0) {
    outcomes.set(only, outcomeOfConflict(conflict, only));
    return;
  }
  const middle = Math.ceil(transitions.length / 2);
  await settle(context, transitions.slice(0, middle), outcomes);
  await settle(context, transitions.slice(middle), outcomes);
}

/** The database's error if it refused, or undefined if the transitions were written. */
async function conflictOf(context: CommitContext, transitions: readonly Transition[]): Promise<unknown> {
  try {
    await context.write(transitions);
    return undefined;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return error;
  }
}

function outcomeOfConflict(conflict: unknown, transition: Transition): CommitOutcome {
  const guard = guardOfCommit(conflict);
  if (guard !== undefined) return { status: "refused", guard };
  if (isStale(conflict)) return { status: "busy", keys: linksOf([transition]).flatMap(({ expect }) => keysOf(expect)) };
  throw strayDuplicate(conflict);
}

type Outcomes = ReadonlyMap<Transition, CommitOutcome>;

/** The transitions that took effect before. */
async function replayedAmong({ loadReplayed }: CommitContext, transitions: readonly Transition[]): Promise<Outcomes> {
  const commands = await loadReplayed(transitions.map(({ command }) => command.id));
  return outcomesOf(transitions, ({ command }) => {
    const { requestHash, result } = commands.get(command.id) ?? {};
    return requestHash === undefined ? undefined : { status: "replayed", requestHash, result };
  });
}

/** The transitions whose versions no longer hold, and those that depend on rows that others have locked. */
async function lostAmong({ look }: CommitContext, transitions: readonly Transition[]): Promise<Outcomes> {
  const links = new Map(linksOf(transitions).map((link) => [link.transition, link]));
  const keys = [...links.values()].flatMap(({ expect }) => expect.map(({ key }) => key));
  const { stored, locked } = await look(keys);
  const records = new Map(keys.map((key, index) => [keyText(key), stored[index]]));
  return outcomesOf(transitions, (transition) => {
    const link = links.get(transition) as Link;
    return stale(link, records) ?? busy(link, locked);
  });
}

function outcomesOf(
  transitions: readonly Transition[],
  outcomeOf: (transition: Transition) => CommitOutcome | undefined,
): Outcomes {
  const outcomes = new Map<Transition, CommitOutcome>();
  for (const transition of transitions) {
    const outcome = outcomeOf(transition);
    if (outcome !== undefined) outcomes.set(transition, outcome);
  }
  return outcomes;
}

type Stored = ReadonlyMap<string, StoredRecord | undefined>;

function stale({ expect }: Link, stored: Stored): CommitOutcome | undefined {
  const keys = keysOf(expect.filter((one) => !holds(one, stored.get(keyText(one.key)))));
  return keys.length === 0 ? undefined : { status: "stale", keys };
}

function busy({ expect }: Link, locked: ReadonlySet<string>): CommitOutcome | undefined {
  const keys = keysOf(expect.filter(({ key }) => locked.has(keyText(key))));
  return keys.length === 0 ? undefined : { status: "busy", keys };
}

/** Each once, though several versions of it may be expected. */
function keysOf(expected: Link["expect"]): readonly RecordKey[] {
  return [...new Map(expected.map(({ key }) => [keyText(key), key])).values()];
}

function holds({ version, status }: Link["expect"][number], record: StoredRecord | undefined): boolean {
  if (storedVersion(record) !== version) return false;
  return status === undefined || (record?.kind === "slot" && record.status === status);
}

/** A command has no version of its own: it exists or not. */
function storedVersion(record: StoredRecord | undefined): number {
  if (record === undefined) return 0;
  return record.kind === "command" ? 1 : record.version;
}
