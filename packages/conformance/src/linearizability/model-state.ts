import {
  type CommandRecord,
  keyText,
  requestIn,
  type StoredRecord,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import { canonicalJson, sha256 } from "@slotwright/core/checking";

/** How far a call of several commits has come. */
export interface Progress {
  /** How many stretches are done, and how many of them with a commit. */
  readonly stretches: number;
  readonly committed: number;
  /** Where the next one begins, in milliseconds since 1970. */
  readonly from: number;
  /** What became of those so far, in all. */
  readonly told: Readonly<Record<string, number | readonly object[]>>;
  /** Whether all of it is done. */
  readonly isOver: boolean;
}

/** All that is stored, by the texts of the keys. */
export type Records = ReadonlyMap<string, VersionedRecord>;

/** What was stored while a search went on, from its call on, in this order. */
export interface Watch {
  readonly seen: readonly Records[];
  readonly hash: bigint;
}

interface Tables {
  readonly records: Records;
  readonly commands: Map<string, CommandRecord>;
  /** Of calls that have begun, by their ids. */
  readonly progress: Map<string, Progress>;
  /** Of searches that have begun and not ended, by the ids of their calls. */
  readonly watches: ReadonlyMap<string, Watch>;
}

/**
 * What is stored at one point of one possible order. It is never changed, because the search returns to earlier states.
 */
export interface ModelState {
  readonly tables: Tables;
  /** What the last transition wrote. */
  readonly written: readonly VersionedRecord[];
  /** Equal states have equal fingerprints: the hashes of all that is in them, in any order. */
  readonly fingerprint: bigint;
  /** The same of the records alone. */
  readonly recordsHash: bigint;
}

export function initialState(records: readonly unknown[]): ModelState {
  const tables: Tables = { records: new Map(), commands: new Map(), progress: new Map(), watches: new Map() };
  const start = { tables, written: [], fingerprint: 0n, recordsHash: 0n };
  return withRecords(start, (records as VersionedRecord[]).map(reviveRecord));
}

/** The state after a transition: its records as they become, and its command's answer for repeats. */
export function withRecords(state: ModelState, put: readonly VersionedRecord[], command?: CommandRecord): ModelState {
  const records = new Map(state.tables.records);
  const commands = new Map(state.tables.commands);
  let [changed, commandHash] = [0n, 0n];
  for (const record of put) {
    const before = records.get(keyText(record));
    changed ^= hashOf(record) ^ (before === undefined ? 0n : hashOf(before));
    records.set(keyText(record), record);
  }
  if (command !== undefined) {
    commandHash = hashOf(command);
    commands.set(command.id, command);
  }
  const recordsHash = state.recordsHash ^ changed;
  const watches = new Map<string, Watch>();
  let watchHash = 0n;
  for (const [id, watch] of state.tables.watches) {
    const longer = watchOf(id, watch, records, recordsHash);
    watchHash ^= watch.hash ^ longer.hash;
    watches.set(id, longer);
  }
  const fingerprint = state.fingerprint ^ changed ^ commandHash ^ watchHash;
  return { tables: { ...state.tables, records, commands, watches }, written: put, fingerprint, recordsHash };
}

/** The watch goes on with what is stored now. Two orders of commits are two watches, although they end in one state. */
function watchOf(id: string, before: Watch | undefined, records: Records, recordsHash: bigint): Watch {
  const { seen = [], hash = 0n } = before ?? {};
  return { seen: [...seen, records], hash: BigInt(`0x${sha256(`${id} ${hash} ${recordsHash}`)}`) };
}

/** The state once a search has begun: what is stored now, and from now on, may be what it finds. */
export function withWatch(state: ModelState, id: string): ModelState {
  const watch = watchOf(id, undefined, state.tables.records, state.recordsHash);
  const watches = new Map(state.tables.watches).set(id, watch);
  return { ...state, tables: { ...state.tables, watches }, fingerprint: state.fingerprint ^ watch.hash };
}

/** The state once it has ended. */
export function withoutWatch(state: ModelState, id: string): ModelState {
  const watches = new Map(state.tables.watches);
  const hash = watches.get(id)?.hash ?? 0n;
  watches.delete(id);
  return { ...state, tables: { ...state.tables, watches }, fingerprint: state.fingerprint ^ hash };
}

/** The state once a call has come so far. */
export function withProgress(state: ModelState, callId: string, progress: Progress): ModelState {
  const { tables } = state;
  const before = tables.progress.get(callId);
  const hash = digestOf({ callId, ...progress }) ^ (before === undefined ? 0n : digestOf({ callId, ...before }));
  const now: Tables = { ...tables, progress: new Map(tables.progress).set(callId, progress) };
  return { ...state, tables: now, fingerprint: state.fingerprint ^ hash };
}

const hashes = new WeakMap<object, bigint>();

/** Records go from state to state, so each is hashed once. */
function hashOf(record: StoredRecord): bigint {
  const hash = hashes.get(record) ?? digestOf(record);
  hashes.set(record, hash);
  return hash;
}

const digestOf = (value: StoredRecord | (Progress & { readonly callId: string })): bigint =>
  BigInt(`0x${sha256(canonicalJson(value))}`);

type Stored<T> = { readonly [K in keyof T]: unknown };

/** The fields of a record that are instants. */
type InstantOf<R> = R extends unknown ? { [F in keyof R]: R[F] extends Date | null ? F : never }[keyof R] : never;

// As a record, the compiler finds an instant that is missing from this list.
const instants: Readonly<Record<InstantOf<VersionedRecord>, true>> = {
  start: true,
  end: true,
  createdAt: true,
  updatedAt: true,
};

const revived = (name: string, value: unknown): unknown =>
  typeof value === "string" && Object.hasOwn(instants, name) ? new Date(value) : value;

/** A record that was parsed from JSON, with its times as `Date`s again. */
function reviveRecord<R extends VersionedRecord>(stored: Stored<R>): R {
  const record: Record<string, unknown> = Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, revived(name, value)]),
  );
  const { hold, request } = record as { hold?: { expiresAt: string } | null; request?: unknown };
  if (request !== undefined) record.request = requestIn(request);
  return (hold ? { ...record, hold: { ...hold, expiresAt: new Date(hold.expiresAt) } } : record) as unknown as R;
}
