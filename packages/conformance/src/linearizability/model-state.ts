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

interface Tables {
  readonly records: Map<string, VersionedRecord>;
  readonly commands: Map<string, CommandRecord>;
  /** Of calls that have begun, by their ids. */
  readonly progress: Map<string, Progress>;
}

/**
 * What is stored at one point of one possible order. It is never changed, because the search returns to earlier states.
 */
export interface ModelState {
  readonly tables: Tables;
  /** What the last transition wrote. */
  readonly written: readonly VersionedRecord[];
  /** Equal states have equal fingerprints: the hashes of all records, in any order. */
  readonly fingerprint: bigint;
}

export function initialState(records: readonly unknown[]): ModelState {
  const tables: Tables = { records: new Map(), commands: new Map(), progress: new Map() };
  const start = { tables, written: [], fingerprint: 0n };
  return withRecords(start, (records as VersionedRecord[]).map(reviveRecord));
}

/** The state after a transition: its records as they become, and its command's answer for repeats. */
export function withRecords(state: ModelState, put: readonly VersionedRecord[], command?: CommandRecord): ModelState {
  const tables: Tables = {
    records: new Map(state.tables.records),
    commands: new Map(state.tables.commands),
    progress: state.tables.progress,
  };
  let { fingerprint } = state;
  for (const record of put) {
    const before = tables.records.get(keyText(record));
    fingerprint ^= hashOf(record) ^ (before === undefined ? 0n : hashOf(before));
    tables.records.set(keyText(record), record);
  }
  if (command !== undefined) {
    fingerprint ^= hashOf(command);
    tables.commands.set(command.id, command);
  }
  return { tables, written: put, fingerprint };
}

/** The state once a call has come so far. */
export function withProgress(state: ModelState, callId: string, progress: Progress): ModelState {
  const { tables, written } = state;
  const before = tables.progress.get(callId);
  const hash = digestOf({ callId, ...progress }) ^ (before === undefined ? 0n : digestOf({ callId, ...before }));
  const { records, commands } = tables;
  const now: Tables = { records, commands, progress: new Map(tables.progress).set(callId, progress) };
  return { tables: now, written, fingerprint: state.fingerprint ^ hash };
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
