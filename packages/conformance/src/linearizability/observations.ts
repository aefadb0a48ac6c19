import { keyText } from "@slotwright/core/adapter";
import type { Candidate } from "./candidates.ts";
import { type HistoryCall, isRead } from "./history.ts";
import { writtenIn } from "./model.ts";
import type { ModelState } from "./model-state.ts";
import { recordsIn } from "./shown-records.ts";

/**
 * What the answers alone say about the order. Versions only grow, so the call that wrote a version comes before all
 * calls that saw it, and these come before the call that wrote the next one.
 */
export interface Observations {
  /** Whether the call finds the versions that it saw, and so may come next as far as versions show. */
  readonly fits: (state: ModelState, index: number) => boolean;
  /** Whether the step to this state has made a missing call impossible. */
  readonly lostBy: (state: ModelState, isMissing: (index: number) => boolean) => boolean;
  /** Pairs of calls in which the first must come before the second. */
  readonly pairs: readonly (readonly [before: number, after: number])[];
}

export function observationsOf(candidates: readonly Candidate[]): Observations {
  const calls = candidates.map(({ call }) => call);
  const times = new Map<unknown, number>();
  for (const { input } of calls) times.set(input.idempotencyKey, (times.get(input.idempotencyKey) ?? 0) + 1);
  // A repeat shows what the first call with its key saw.
  const isOnce = (call: HistoryCall) => isRead(call) || times.get(call.input.idempotencyKey) === 1;
  const [saw, wrote] = [createIndex(), createIndex()];
  const sawByCall = new Map<number, readonly SeenVersion[]>();
  for (const [index, call] of calls.entries()) {
    if (!isOnce(call)) continue;
    const written = writtenBy(call);
    const seen = [...versionsSeenBy(call), ...written.map(({ key, version }) => ({ key, version: version - 1 }))];
    for (const { key, version } of seen) saw.add(key, version, index);
    for (const { key, version } of written) wrote.add(key, version, index);
    sawByCall.set(index, seen);
  }
  const lostBy: Observations["lostBy"] = ({ written }, isMissing) =>
    written.some((record) => saw.at(keyText(record), record.version - 1).some(isMissing));
  const fits: Observations["fits"] = ({ tables }, index) =>
    (sawByCall.get(index) ?? []).every(({ key, version }) => (tables.records.get(key)?.version ?? 0) === version);
  return { fits, lostBy, pairs: [...saw.entries()].flatMap((one) => pairsOf(one, wrote)) };
}

function pairsOf({ key, version, calls }: Entry, wrote: CallIndex): readonly (readonly [number, number])[] {
  const before = wrote.at(key, version);
  const after = wrote.at(key, version + 1);
  return calls.flatMap((one) => [
    ...before.map((writer) => [writer, one] as const),
    ...after.filter((writer) => writer !== one).map((writer) => [one, writer] as const),
  ]);
}

interface SeenVersion {
  readonly key: string;
  readonly version: number;
}

interface Entry extends SeenVersion {
  readonly calls: number[];
}

interface CallIndex {
  readonly add: (key: string, version: number, call: number) => void;
  readonly at: (key: string, version: number) => readonly number[];
  readonly entries: () => Iterable<Entry>;
}

function createIndex(): CallIndex {
  const byName = new Map<string, Entry>();
  return {
    add(key, version, call) {
      const entry = byName.get(`${key} ${version}`) ?? { key, version, calls: [] };
      byName.set(`${key} ${version}`, entry);
      entry.calls.push(call);
    },
    at: (key, version) => byName.get(`${key} ${version}`)?.calls ?? [],
    entries: () => byName.values(),
  };
}

/** The versions at which a call without an effect found records: those that a read shows or a refusal names. */
function versionsSeenBy(call: HistoryCall): readonly SeenVersion[] {
  const { outcome } = call;
  if (outcome.status === "done") return isRead(call) ? recordsIn(outcome.result).map(seenRecord) : [];
  if (outcome.status !== "refused") return [];
  const { slotId: id, version } = outcome.details as { readonly slotId?: string; readonly version?: number };
  return id === undefined || version === undefined ? [] : [{ key: keyText({ kind: "slot", id }), version }];
}

/** A call that may never have taken effect does not count as having written anything. */
function writtenBy(call: HistoryCall): readonly SeenVersion[] {
  const { name, outcome } = call;
  if (outcome.status !== "done" || isRead(call)) return [];
  // Another call may have written a kept slot in the same millisecond.
  const written = writtenIn(outcome.result).filter(({ kind }) => name !== "reschedule" || kind === "appointment");
  return written.map(seenRecord);
}

function seenRecord(record: ReturnType<typeof recordsIn>[number]): SeenVersion {
  return { key: keyText(record), version: Number(record.version) };
}
