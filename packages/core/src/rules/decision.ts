import type { Refusal } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { Availability } from "../model/availability.ts";
import type { CommandName, FieldChange, JournalEntry } from "../model/journal.ts";
import { isSameJson, plainJson } from "../model/plain-json.ts";
import { type JournaledRecord, keyOf, type RecordKey, type VersionedRecord } from "../model/record.ts";
import type { OverlapScope, Schedule } from "../model/schedule.ts";
import type { SlotSearch } from "../model/search.ts";
import { newSlot, type Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { HeldByHolder, Survey } from "./sight.ts";

/** All that a rule may know besides the command and the records. Rules have no clock, ids or hashes of their own. */
export interface Context {
  readonly now: Date;
  readonly command: { readonly name: CommandName; readonly id: string };
  readonly actor: Actor;
  readonly reason: string | null;
  readonly overlapScope: OverlapScope;
  readonly newId: () => string;
  /** Makes the token of a hold. */
  readonly newToken: () => string;
  /** A one-way hash of a hold's token. */
  readonly hash: (text: string) => string;
}

/** What a rule wants to see before it decides. */
export interface Reads {
  readonly keys: readonly RecordKey[];
  /** Without `takesOne` and `heldBy`, all matching slots are found. */
  readonly search?: RuleSearch;
  /** What it wants to see besides, once it has searched. After a search for one slot it is asked only if none was found. */
  readonly further?: () => FurtherReads;
}

/** The records first, and then what a second search finds, which may rest on what the first one has found. */
export interface FurtherReads {
  readonly keys: readonly RecordKey[];
  readonly search?: SlotSearch;
  /** Whether the first search would find this slot now. Everything is then read anew. */
  readonly wasMissed: (slot: Slot) => boolean;
}

/** A search that any one slot satisfies. The rule may be shown a single one, and the next caller another. */
export interface SearchForOne extends SlotSearch {
  readonly takesOne: true;
  /** The latest start first. */
  readonly descending: boolean;
  /** Slots to leave out. */
  readonly except?: readonly string[];
}

/** A search for the slot that tokens hold. The rule is shown one. */
export interface SearchForHeld extends SlotSearch {
  /** Hashes of the tokens. */
  readonly heldBy: readonly string[];
  /** Slots to leave out. */
  readonly except: readonly string[];
}

/** The first search of a rule. */
export type RuleSearch = SlotSearch | SearchForOne | SearchForHeld;

/** The loaded records, and what the rule's search found. */
export interface Seen {
  readonly schedule: (id: string) => Schedule | undefined;
  readonly slot: (id: string) => Slot | undefined;
  readonly appointment: (id: string) => Appointment | undefined;
  readonly availability: (id: string) => Availability | undefined;
  readonly found: readonly Slot[];
  /** What the rule's second search found. Undefined if there was none. */
  readonly obstacles?: readonly Slot[] | undefined;
  /** What was read around what the command takes. Undefined if nothing was. */
  readonly around?: Survey | undefined;
  /** What was read of the holder whom the command names. Undefined if nothing was. */
  readonly ofHolder?: HeldByHolder | undefined;
}

/** A command's "yes": what to write if and only if the expected versions still hold, and what to return. */
export interface Decided<Result> {
  readonly expect: readonly { readonly key: RecordKey; readonly version: number }[];
  readonly put: readonly VersionedRecord[];
  readonly journal: readonly JournalEntry[];
  readonly result: Result;
}

export type Decision<Result> = Decided<Result> | Refusal;

/** One command's policy, the same for every storage. Both functions are pure. */
export interface Rule<Command, Result> {
  /** Called again with what was seen so far, until it asks for nothing new. */
  readonly reads: (command: Command, seen: Seen, context: Context) => Reads;
  readonly decide: (command: Command, seen: Seen, context: Context) => Decision<Result>;
}

export function isForOne(search: SlotSearch): search is SearchForOne {
  return "takesOne" in search;
}

export function isForHeld(search: SlotSearch): search is SearchForHeld {
  return "heldBy" in search;
}

export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}

/** A record as it becomes, with the version it was decided on and its journal entry. */
export interface Change<R extends VersionedRecord = VersionedRecord> {
  readonly expected: number;
  readonly record: R;
  readonly entry?: JournalEntry;
}

type Content<R extends VersionedRecord> = Omit<R, "kind" | "id" | "version" | "createdAt" | "updatedAt">;

type Changes = JournalEntry["changes"];

/** What the journal has for the state of a record that has none. */
const stateless = "set";

function stateOf(record: JournaledRecord): string {
  return record.kind === "availability" ? stateless : record.status;
}

function journalEntry(record: JournaledRecord, before: string | null, changes: Changes, context: Context) {
  return {
    recordKind: record.kind,
    recordId: record.id,
    providerIds: record.kind === "appointment" ? record.providerIds : [record.providerId],
    facilityId: record.facilityId,
    version: record.version,
    command: context.command.name,
    commandId: context.command.id,
    actor: context.actor,
    reason: context.reason,
    at: context.now,
    fromStatus: before,
    toStatus: stateOf(record),
    changes,
  } satisfies JournalEntry;
}

/** What no change names: the entry says it, or how often and when it was changed. */
const unsaid: ReadonlySet<string> = new Set(["kind", "id", "version", "createdAt", "updatedAt"]);

/** @param like What was said of a record like it. Changes that are the same are shared. */
function allOf(content: object, like: Changes = {}): Changes {
  const changes: Record<string, FieldChange> = {};
  // Not Object.entries: thousands of slots may be created at once, and its arrays cost as much as the rest.
  for (const name in content) {
    if (unsaid.has(name)) continue;
    const value = (content as Record<string, unknown>)[name];
    const known = like[name];
    changes[name] = known !== undefined && known.to === value ? known : { to: plainJson(value) };
  }
  return changes;
}

/** Fields that were set to what they are already are left out. */
function changesFrom(before: object, after: object): Changes {
  const changes: Record<string, FieldChange> = {};
  for (const [name, value] of Object.entries(after)) {
    const [from, to] = [plainJson((before as Record<string, unknown>)[name]), plainJson(value)];
    if (!isSameJson(from, to)) changes[name] = { from, to };
  }
  return changes;
}

type NewSlot = Parameters<typeof newSlot>[0];

/** Whose a slot is. */
export type SlotState = Pick<Slot, "status" | "appointmentId" | "hold">;

/** @param state In what state it begins. Default: available. */
export function createSlot(given: NewSlot, context: Context, state: Partial<SlotState> = {}): Change<Slot> {
  return createdSlot({ ...newSlot(given, context.now), ...state }, context);
}

function createdSlot(record: Slot, context: Context, like?: Changes): Change<Slot> {
  return { expected: 0, record, entry: journalEntry(record, null, allOf(record, like), context) };
}

/** Available slots. There may be thousands, and most of what their entries say is the same, so that is in memory once. */
export function createSlotsAlike(given: Iterable<NewSlot>, context: Context): readonly Change<Slot>[] {
  const created: Change<Slot>[] = [];
  let like: Changes | undefined;
  for (const one of given) {
    const change = createdSlot(newSlot(one, context.now), context, like);
    like = change.entry?.changes;
    created.push(change);
  }
  return created;
}

/** A time that nobody may take, from the beginning. */
export function createBlockedSlot(given: NewSlot, context: Context): Change<Slot> {
  return createdSlot({ ...newSlot(given, context.now), status: "blocked" }, context);
}

export function createAppointment(content: Content<Appointment>, id: string, context: Context): Change<Appointment> {
  const times = { createdAt: context.now, updatedAt: context.now };
  const record: Appointment = { kind: "appointment", id, ...content, version: 1, ...times };
  return { expected: 0, record, entry: journalEntry(record, null, allOf(content), context) };
}

export function createAvailability(content: Content<Availability>, id: string, context: Context): Change<Availability> {
  const times = { createdAt: context.now, updatedAt: context.now };
  const record: Availability = { kind: "availability", id, ...content, version: 1, ...times };
  return { expected: 0, record, entry: journalEntry(record, null, allOf(content), context) };
}

/** The slot with some fields changed. `before` is the slot as it counts, so an expired hold is none. */
export function changeSlot(before: Slot, changes: Partial<Content<Slot>>, context: Context): Change<Slot> {
  return changed<Slot>(before, changes, context);
}

export function changeAppointment(
  before: Appointment,
  changes: Partial<Content<Appointment>>,
  context: Context,
): Change<Appointment> {
  return changed<Appointment>(before, changes, context);
}

export function changeAvailability(
  before: Availability,
  changes: Partial<Content<Availability>>,
  context: Context,
): Change<Availability> {
  return changed<Availability>(before, changes, context);
}

function changed<R extends JournaledRecord>(before: R, changes: Partial<R>, context: Context): Change<R> {
  const record: R = { ...before, ...changes, version: before.version + 1, updatedAt: context.now };
  const entry = journalEntry(record, stateOf(before), changesFrom(before, changes), context);
  return { expected: before.version, record, entry };
}

/** Creators of slots compete for the schedule's version. Its changes are not journaled. */
export function bumpSchedule(before: Schedule, context: Context): Change<Schedule> {
  return { expected: before.version, record: { ...before, version: before.version + 1, updatedAt: context.now } };
}

/**
 * @param restsOn What is not changed, and must still be as it was seen. Only a decision that changes something meets others
 * at a commit.
 */
export function decided<Result>(
  changes: readonly Change[],
  result: Result,
  restsOn: readonly VersionedRecord[] = [],
): Decided<Result> {
  const unchanged = changes.length === 0 ? [] : restsOn;
  return {
    expect: [
      ...changes.map(({ record, expected }) => ({ key: keyOf(record), version: expected })),
      ...unchanged.map((record) => ({ key: keyOf(record), version: record.version })),
    ],
    put: changes.map(({ record }) => record),
    journal: changes.map(({ entry }) => entry).filter((entry) => entry !== undefined),
    result,
  };
}
