import { canonicalJson } from "../../engine/hash.ts";
import { reviveRecord } from "../../engine/replay.ts";
import { copyTables, createMemoryDatabase, type Tables } from "../../memory/database.ts";
import { type CommandRecord, keyText, type StoredRecord, type VersionedRecord } from "../../model/record.ts";

/** What is stored at one point of one possible order. Never changed: the search goes back to earlier ones. */
export interface ModelState {
  readonly tables: Tables;
  /** Equal states have equal fingerprints. */
  readonly fingerprint: string;
}

export function initialState(records: readonly unknown[]): ModelState {
  const { tables } = createMemoryDatabase();
  return withRecords({ tables, fingerprint: "" }, (records as VersionedRecord[]).map(reviveRecord));
}

/** The state after a transition: its records as they become, and its command's answer for repeats. */
export function withRecords(state: ModelState, put: readonly VersionedRecord[], command?: CommandRecord): ModelState {
  const tables = copyTables(state.tables);
  for (const record of put) tables.records.set(keyText(record), record);
  if (command !== undefined) tables.commands.set(command.id, command);
  return { tables, fingerprint: fingerprintOf(tables) };
}

function fingerprintOf({ records, commands }: Tables): string {
  return [...records.values(), ...commands.values()].map(textOf).sort().join("\n");
}

const texts = new WeakMap<StoredRecord, string>();

function textOf(record: StoredRecord): string {
  const text = texts.get(record) ?? canonicalJson(record);
  texts.set(record, text);
  return text;
}
