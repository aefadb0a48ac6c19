import type { RecordKey, RecordKind, StoredRecord } from "../model/record.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { type Context, isForOne, type Rule, type Seen } from "../rules/decision.ts";
import type { EngineStorage } from "./engine-storage.ts";
import type { Claim, Finder } from "./spread.ts";

/** Slots that a rule's search reads at a time. */
const searchPage = 2_000;

export interface Loaded {
  readonly seen: Seen;
  readonly get: (key: RecordKey) => StoredRecord | undefined;
  /** What was loaded before the last read, and may have changed until then. Empty where one read saw everything. */
  readonly earlier: readonly RecordKey[];
  /** Whether some of it was not read now, but is as it was a short while ago. */
  readonly isRecalled: boolean;
  /** The slot that this caller alone was given, to be released once it is known what became of it. */
  readonly claim: Claim | undefined;
}

/** Which records are read, besides those that the rule asks for, and how. */
export interface Loading {
  readonly alsoKeys: readonly RecordKey[];
  readonly mayRecall: boolean;
  readonly finder: Finder;
  /** How long its reads wait for a connection. */
  readonly until: number;
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
  { alsoKeys, mayRecall, finder, until }: Loading,
): Promise<Loaded> {
  const records = createRecords();
  const { get } = records;
  const seen = seenBy(get);
  let claim: Claim | undefined;
  let isFound = false;
  let isRecalled = false;
  const reads: (readonly RecordKey[])[] = [];
  for (;;) {
    const { keys, search } = rule.reads(command, seen, context);
    const missing = keys.filter((key) => !records.has(key));
    const recalled = mayRecall && missing.length > 0 ? storage.recall(missing) : undefined;
    if (recalled === undefined && reads.length === 0) missing.push(...alsoKeys);
    const isNew = search !== undefined && !isFound;
    if (missing.length === 0 && !isNew) return { seen, get, earlier: reads.slice(0, -1).flat(), isRecalled, claim };
    if (missing.length > 0) {
      const loaded = recalled ?? (await storage.load(missing, until));
      for (const [index, key] of missing.entries()) records.set(key, loaded[index]);
      isRecalled ||= recalled !== undefined;
      reads.push(missing);
    }
    if (!isNew) continue;
    reads.push([]);
    if (isForOne(search)) claim = await finder.find(search, context.now, until);
    seen.found = isForOne(search) ? [claim?.slot ?? []].flat() : await findAll(storage, search, context, until);
    isFound = true;
    for (const slot of seen.found) records.set(slot, slot);
  }
}

/** What was loaded, undefined where there is no such record. A map for each kind: texts of both would be made for each look. */
function createRecords() {
  const kinds: Partial<Record<RecordKind, Map<string, StoredRecord | undefined>>> = {};
  return {
    has: ({ kind, id }: RecordKey): boolean => kinds[kind]?.has(id) ?? false,
    get: ({ kind, id }: RecordKey): StoredRecord | undefined => kinds[kind]?.get(id),
    set({ kind, id }: RecordKey, record: StoredRecord | undefined): void {
      kinds[kind] ??= new Map();
      kinds[kind].set(id, record);
    },
  };
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
  search: SlotSearch,
  { now }: Context,
  until: number,
): Promise<readonly Slot[]> {
  const found: Slot[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last && { start: last.start, id: last.id };
    const page = await storage.findSlots({ ...search, asOf: now, limit: searchPage, ...(after && { after }) }, until);
    for (const slot of page) found.push(slot);
    if (page.length < searchPage) return found;
  }
}
