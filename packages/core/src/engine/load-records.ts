import { keyText, type RecordKey, type StoredRecord } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";
import type { Context, Reads, Rule, Seen } from "../rules/decision.ts";
import type { EngineStorage } from "./engine-storage.ts";

/** Slots that a rule's search reads at a time. */
const searchPage = 2_000;

export interface Loaded {
  readonly seen: Seen;
  readonly get: (key: RecordKey) => StoredRecord | undefined;
  /** What was loaded before the last read, and may have changed until then. Empty where one read saw everything. */
  readonly earlier: readonly RecordKey[];
}

/**
 * Loads what the rule asks for, and again what it asks for on seeing that, until it asks for nothing new. Most
 * commands need one round; those that start from an appointment need a second one for its slots.
 */
export async function loadRecords<C>(
  storage: EngineStorage,
  rule: Pick<Rule<C, unknown>, "reads">,
  command: C,
  context: Context,
  alsoKeys: readonly RecordKey[],
): Promise<Loaded> {
  const records = new Map<string, StoredRecord | undefined>();
  const get = (key: RecordKey) => records.get(keyText(key));
  const seen = seenBy(get);
  let isFound = false;
  const reads: (readonly RecordKey[])[] = [];
  for (;;) {
    const { keys, search } = rule.reads(command, seen, context);
    const asked = records.size === 0 && alsoKeys.length > 0 ? [...keys, ...alsoKeys] : keys;
    const missing = asked.filter((key) => !records.has(keyText(key)));
    const isNew = search !== undefined && !isFound;
    if (missing.length === 0 && !isNew) return { seen, get, earlier: reads.slice(0, -1).flat() };
    if (missing.length > 0) {
      const loaded = await storage.load(missing);
      for (const [index, key] of missing.entries()) records.set(keyText(key), loaded[index]);
      reads.push(missing);
    }
    if (!isNew) continue;
    reads.push([]);
    seen.found = await findAll(storage, search, context);
    isFound = true;
    for (const slot of seen.found) records.set(keyText(slot), slot);
  }
}

/** Of the records as they are known by then; nothing is found yet. */
function seenBy(get: Loaded["get"]): { -readonly [Name in keyof Seen]: Seen[Name] } {
  const of =
    <K extends StoredRecord["kind"]>(kind: K) =>
    (id: string) =>
      get({ kind, id }) as Extract<StoredRecord, { kind: K }> | undefined;
  return { schedule: of("schedule"), slot: of("slot"), appointment: of("appointment"), found: [] };
}

async function findAll(
  storage: EngineStorage,
  { limit, ...search }: NonNullable<Reads["search"]>,
  { now }: Context,
): Promise<readonly Slot[]> {
  if (limit !== undefined) return storage.findSlots({ ...search, asOf: now, limit });
  const found: Slot[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last && { start: last.start, id: last.id };
    const page = await storage.findSlots({ ...search, asOf: now, limit: searchPage, ...(after && { after }) });
    for (const slot of page) found.push(slot);
    if (page.length < searchPage) return found;
  }
}
