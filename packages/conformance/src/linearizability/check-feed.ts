import type { JournalEntry } from "@slotwright/core";
import { type History, type HistoryCall, isRead, isStretched } from "./history.ts";
import { commandIdIn } from "./model.ts";

/**
 * Compares a history with the entries of the feed in that time. Reports, as sentences, acknowledged commands without an
 * entry, and refused ones with an entry. Empty if the feed tells the same as the answers.
 */
export function checkFeed(history: History, entries: readonly JournalEntry[]): readonly string[] {
  const told = new Set(entries.map(({ commandId }) => commandId));
  const commands = history.calls.filter((call) => !isRead(call) && !isStretched(call));
  const byId = Map.groupBy(commands, (call) => commandIdIn(call, history));
  const missing = history.calls.flatMap(({ commits = [], name }) =>
    commits.flatMap(({ id }) =>
      told.has(id) ? [] : [`7: the command ${id} (${name}) is stored, and is not in the feed`],
    ),
  );
  return [...[...byId].flatMap(([id, calls]) => problemOf(id, calls, told.has(id))), ...missing];
}

function problemOf(id: string, calls: readonly HistoryCall[], isTold: boolean): readonly string[] {
  const has = (status: HistoryCall["outcome"]["status"]) => calls.some(({ outcome }) => outcome.status === status);
  const name = `the command ${id} (${calls[0]?.name})`;
  if (has("done")) return isTold ? [] : [`7: ${name} was acknowledged, and is not in the feed`];
  // Without an answer, it may have taken effect.
  return isTold && !has("unknown") ? [`7: ${name} was refused, and is in the feed`] : [];
}
