import { keyText } from "../model/record.ts";
import type { CommitOutcome, Transition } from "../storage/adapter.ts";
import type { Tables } from "./database.ts";

/** Checks and writes one transition in one go: nothing else runs in between. */
export function commitTransition(tables: Tables, { command, expect, put, journal }: Transition): CommitOutcome {
  const earlier = tables.commands.get(command.id);
  if (earlier !== undefined) {
    return { status: "replayed", requestHash: earlier.requestHash, result: structuredClone(earlier.result) };
  }
  const stale = expect.filter(({ key, version }) => versionOf(tables, keyText(key)) !== version);
  if (stale.length > 0) return { status: "stale", keys: stale.map(({ key }) => key) };
  for (const record of put) tables.records.set(keyText(record), structuredClone(record));
  for (const entry of journal) {
    tables.journal.set(entry.recordId, [...(tables.journal.get(entry.recordId) ?? []), structuredClone(entry)]);
  }
  const result: unknown = JSON.parse(JSON.stringify(command.result));
  tables.commands.set(command.id, { kind: "command", ...command, result });
  return { status: "committed" };
}

function versionOf({ records }: Tables, key: string): number {
  return records.get(key)?.version ?? 0;
}
