import type { RecordKey, RecordKind, StoredRecord } from "../model/record.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { type Context, isForOne, type Seen } from "../rules/decision.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { commandKey, mayHaveRun, type Request } from "./request.ts";
import type { GivenSlot } from "./spread.ts";

/** How many slots a rule's search reads at a time. */
const searchPage = 2_000;

export interface Loaded {
  readonly seen: Seen;
  readonly get: (key: RecordKey) => StoredRecord | undefined;
  /** What was loaded before the last read, and may have changed by then. Empty if one read saw everything. */
  readonly earlier: readonly RecordKey[];
  /** The slot that only this caller was given. It is released once its fate is known. */
  readonly given: GivenSlot | undefined;
}

/**
 * Loads what the rule asks for, then what it asks for after seeing that, until it asks for nothing new. Most commands
 * need one round. Those that start from an appointment need a second one for its slots.
 */
export async function loadRecords(storage: EngineStorage, request: Request, context: Context): Promise<Loaded> {
  const { command, rule, finder } = request;
  const { until } = request.patience;
  const records = createRecords();
  const { get } = records;
  const seen = seenBy(get);
  let given: GivenSlot | undefined;
  let isFound = false;
  const reads: (readonly RecordKey[])[] = [];
  for (;;) {
    const { keys, search } = rule.reads(command, seen, context);
    const missing = keys.filter((key) => !records.has(key));
    if (reads.length === 0 && mayHaveRun(request)) missing.push(commandKey(request));
    const isNew = search !== undefined && !isFound;
    if (missing.length === 0 && !isNew) return { seen, get, earlier: reads.slice(0, -1).flat(), given };
    if (missing.length > 0) {
      const loaded = await storage.load(missing, until);
      for (const [index, key] of missing.entries()) records.set(key, loaded[index]);
      reads.push(missing);
    }
    if (!isNew) continue;
    reads.push([]);
    if (isForOne(search)) given = await finder.find(search, context.now, until);
    seen.found = isForOne(search) ? [given?.slot ?? []].flat() : await findAll(storage, search, context, until);
    isFound = true;
    for (const slot of seen.found) records.set(slot, slot);
  }
}

/**
 * The loaded record, or undefined if there is none. With a map for each kind, no lookup builds a text of kind and id.
 */
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

/** Shows the records known so far. Nothing is found yet. */
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
