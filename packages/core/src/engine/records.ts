import type { RecordKey, RecordKind, StoredRecord } from "../model/record.ts";
import type { Seen } from "../rules/decision.ts";

/** What one attempt of a command has loaded. */
export interface Records {
  readonly has: (key: RecordKey) => boolean;
  /** The loaded record, or undefined if there is none. */
  readonly get: (key: RecordKey) => StoredRecord | undefined;
  readonly set: (key: RecordKey, record: StoredRecord | undefined) => void;
  /** Takes a loaded record for absent. */
  readonly conceal: (key: RecordKey) => void;
  readonly isConcealed: (key: RecordKey) => boolean;
  /** Shows the rule the records known so far. Nothing is found yet. */
  readonly seen: { -readonly [Name in keyof Seen]: Seen[Name] };
}

/** With a map for each kind, no lookup builds a text of kind and id. */
export function createRecords(): Records {
  const kinds: Partial<Record<RecordKind, Map<string, StoredRecord | undefined>>> = {};
  const concealed: RecordKey[] = [];
  const get = ({ kind, id }: RecordKey) => kinds[kind]?.get(id);
  const set = ({ kind, id }: RecordKey, record: StoredRecord | undefined) => {
    kinds[kind] ??= new Map();
    kinds[kind].set(id, record);
  };
  return {
    has: ({ kind, id }) => kinds[kind]?.has(id) ?? false,
    get,
    set,
    conceal(key) {
      set(key, undefined);
      concealed.push(key);
    },
    isConcealed: ({ kind, id }) => concealed.some((key) => key.kind === kind && key.id === id),
    seen: seenBy(get),
  };
}

function seenBy(get: Records["get"]): Records["seen"] {
  const of =
    <K extends StoredRecord["kind"]>(kind: K) =>
    (id: string) =>
      get({ kind, id }) as Extract<StoredRecord, { kind: K }> | undefined;
  return {
    schedule: of("schedule"),
    slot: of("slot"),
    appointment: of("appointment"),
    availability: of("availability"),
    found: [],
  };
}
