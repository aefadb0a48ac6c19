import type { JournalEntry, RecordKey, Slot, StorageAdapter } from "@slotwright/core";
import { type CommandRecord, keyOf, type Position } from "@slotwright/core/adapter";
import { availabilityIdOf, resultOf, weekOf } from "@slotwright/core/checking";
import { type History, type HistoryCall, isRead, isStretched, type StretchCommit } from "./history.ts";
import { commandIdIn, requestHashOf } from "./model.ts";
import { asJson } from "./record.ts";
import { wroteIn } from "./stretches.ts";

/** What is read to find out what became of calls. */
export type SettlingStorage = Pick<StorageAdapter, "load" | "findSlots" | "readJournals">;

/**
 * Looks up the commands whose answer was lost, over another connection, once no call is in progress. A stored command
 * took effect at some time after its call. Any other never did. Of `publishSlots` and `importBusy` it looks up what they
 * have committed, whatever they have answered.
 */
export async function settleUnknown(history: History, storage: SettlingStorage): Promise<History> {
  const isLost = (call: HistoryCall) => !isRead(call) && !isStretched(call) && call.outcome.status === "unknown";
  const unknown = history.calls.filter(isLost);
  const records = await storage.load(unknown.map((call) => ({ kind: "command", id: commandIdIn(call, history) })));
  const stored = new Map(unknown.map((call, index) => [call, records[index] as CommandRecord | undefined]));
  const commits = await commitsIn(history, storage);
  return {
    ...history,
    calls: history.calls.map((call) =>
      isStretched(call) ? { ...call, commits: commits.get(call.id) ?? [] } : settled(call, stored.get(call)),
    ),
  };
}

function settled(call: HistoryCall, stored: CommandRecord | undefined): HistoryCall {
  if (stored === undefined || stored.requestHash !== requestHashOf(call)) return call;
  return { ...call, returned: null, outcome: { status: "done", result: asJson(resultOf(stored.result)) } };
}

/** By the ids of the calls. Each commit has written a slot at least, and the entry of that has the reason of its call. */
async function commitsIn({ calls }: History, storage: SettlingStorage): Promise<ReadonlyMap<string, StretchCommit[]>> {
  const byReason = new Map<unknown, HistoryCall>(calls.filter(isStretched).map((call) => [call.input.reason, call]));
  const commits = new Map<string, StretchCommit[]>();
  if (byReason.size === 0) return commits;
  const inputs = [...byReason.values()].map(({ input }) => input);
  const slots = await slotsOf(storage, [...new Set(inputs.map(({ providerId }) => String(providerId)))]);
  const known = new Map(slots.map((slot) => [slot.id, slot]));
  const hours = new Set(inputs.map((input) => availabilityIdOf(String(input.providerId), String(input.facilityId))));
  const keys = [...slots.map(keyOf), ...[...hours].map((id) => ({ kind: "availability", id }) as const)];
  const entries = (await journalsOf(storage, keys)).filter(
    ({ reason, command }) => byReason.get(reason)?.name === command,
  );
  const written = [...Map.groupBy(entries, ({ commandId }) => commandId)];
  const records = await storage.load(written.map(([id]) => ({ kind: "command", id })));
  // Stretches follow one another, and each writes something that is only its own.
  const latest = ([, wrote]: Written) => Math.max(...wrote.map((entry) => placeOf(entry, known.get(entry.recordId))));
  // An entry without its command is a commit of which a part was lost: the audit of what is stored says so.
  const whole = written.map((one, index) => ({ one, record: records[index] as CommandRecord | undefined }));
  const inOrder = whole.flatMap(({ one, record }) => (record === undefined ? [] : { one, record }));
  for (const { one, record } of inOrder.sort((a, b) => latest(a.one) - latest(b.one))) {
    const { id } = byReason.get(one[1][0]?.reason) as HistoryCall;
    commits.set(id, [...(commits.get(id) ?? []), commitOf(one, record)]);
  }
  return commits;
}

/**
 * What an import frees may have begun long before: it is freed by the stretch in which it ends. So is busy time that an
 * earlier stretch has left to it, which ends where a week does at the latest.
 */
function placeOf({ command, toStatus }: JournalEntry, slot: Slot | undefined): number {
  if (slot === undefined) return 0;
  if (command !== "importBusy" || toStatus === "blocked") return slot.start.getTime();
  const busy = slot.metadata.busy as { readonly over?: boolean } | undefined;
  if (busy === undefined) return slot.end.getTime() - 1;
  return (busy.over === true ? weekOf(slot.start).end : slot.start).getTime();
}

type Written = readonly [commandId: string, entries: readonly JournalEntry[]];

function commitOf([id, entries]: Written, { result }: CommandRecord): StretchCommit {
  const at = (entries[0] as JournalEntry).at.toISOString();
  return { id, at, result: asJson(resultOf(result)), wrote: wroteIn(entries) };
}

const pageSize = 500;

async function slotsOf(storage: SettlingStorage, providerIds: readonly string[]): Promise<readonly Slot[]> {
  const slots: Slot[] = [];
  for (let after: Position | undefined; ; ) {
    const page = await storage.findSlots({ providerIds, asOf: new Date(0), limit: pageSize, ...(after && { after }) });
    slots.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return slots;
    after = { start: last.start, id: last.id };
  }
}

const journalsAtOnce = 50;

async function journalsOf(storage: SettlingStorage, keys: readonly RecordKey[]): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (let first = 0; first < keys.length; first += journalsAtOnce) {
    const pages = keys.slice(first, first + journalsAtOnce).map((record) => ({ record, limit: 10_000 }));
    entries.push(...(await storage.readJournals({ pages })).flat());
  }
  return entries;
}
