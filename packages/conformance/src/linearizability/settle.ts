import type { JournalEntry, Slot, StorageAdapter } from "@slotwright/core";
import type { CommandRecord, Position } from "@slotwright/core/adapter";
import { resultOf } from "@slotwright/core/checking";
import { type History, type HistoryCall, isRead, isStretched, type StretchCommit } from "./history.ts";
import { commandIdIn, requestHashOf } from "./model.ts";
import { asJson } from "./record.ts";

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
  const byReason = new Map(calls.filter(isStretched).map((call) => [call.input.reason, call]));
  const commits = new Map<string, StretchCommit[]>();
  if (byReason.size === 0) return commits;
  const providerIds = [...new Set([...byReason.values()].map(({ input }) => String(input.providerId)))];
  const slots = await slotsOf(storage, providerIds);
  const written = new Map<string, { readonly entry: JournalEntry; readonly slots: Slot[] }>();
  for (const [index, journal] of (await journalsOf(storage, slots)).entries()) {
    for (const entry of journal) {
      if (byReason.get(entry.reason)?.name !== entry.command) continue;
      const commit = written.get(entry.commandId) ?? { entry, slots: [] };
      commit.slots.push(slots[index] as Slot);
      written.set(entry.commandId, commit);
    }
  }
  const ids = [...written.keys()];
  const records = await storage.load(ids.map((id) => ({ kind: "command", id })));
  const inOrder = [...written.values()].map((commit, index) => ({
    ...commit,
    record: records[index] as CommandRecord,
  }));
  for (const { entry, slots: wrote, record } of inOrder.sort((a, b) => latest(a.slots) - latest(b.slots))) {
    const { id } = byReason.get(entry.reason) as HistoryCall;
    const slotIds = wrote.map((slot) => slot.id);
    const commit = { id: record.id, at: entry.at.toISOString(), result: asJson(resultOf(record.result)), slotIds };
    commits.set(id, [...(commits.get(id) ?? []), commit]);
  }
  return commits;
}

/** Stretches follow one another, and each writes a slot of its own time. */
const latest = (slots: readonly Slot[]): number => Math.max(...slots.map(({ start }) => start.getTime()));

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

async function journalsOf(storage: SettlingStorage, slots: readonly Slot[]) {
  const journals: (readonly JournalEntry[])[] = [];
  for (let first = 0; first < slots.length; first += journalsAtOnce) {
    const some = slots.slice(first, first + journalsAtOnce);
    const pages = some.map(({ kind, id }) => ({ record: { kind, id }, limit: 10_000 }));
    journals.push(...(await storage.readJournals({ pages })));
  }
  return journals;
}
