import type { JournalEntry } from "@slotwright/core/adapter";

type Changes = JournalEntry["changes"];
type Overrides = NonNullable<JournalEntry["overrides"]>;

/** What an entry changed and passed, as the JSON of one column. */
export function packedChanges({ recordKind, changes, overrides }: JournalEntry): string {
  if (overrides !== undefined) return JSON.stringify({ ...changes, [overridesName]: { to: overrides } });
  const values = recordKind === "slot" ? valuesOf(changes) : undefined;
  return values === undefined ? JSON.stringify(changes) : `{"${createdName}":${JSON.stringify(values)}}`;
}

/** Histories and feeds read many of these, so what has neither is not copied. */
export function unpackedChanges(text: string): Pick<JournalEntry, "changes" | "overrides"> {
  const packed = JSON.parse(text) as PackedChanges;
  const created = packed[createdName];
  if (created !== undefined) return { changes: changesTo(created) };
  if (packed[overridesName] === undefined) return { changes: packed as Changes };
  const { [overridesName]: overrides, ...changes } = packed;
  return { changes, overrides: overrides.to };
}

/** No record has a field of these names. */
const overridesName = "overrides";
const createdName = "to";

type PackedChanges = Changes & {
  readonly [overridesName]?: { readonly to: Overrides };
  readonly [createdName]?: readonly unknown[];
};

/**
 * The fields of a slot that was created, in the order of their values: publishing writes thousands of such entries, whose
 * names would take more room than all the rest. Stored rows rely on this order.
 */
const createdSlotFields = [
  "scheduleId",
  "providerId",
  "facilityId",
  "seat",
  "start",
  "end",
  "status",
  "appointmentId",
  "hold",
  "metadata",
] as const;

/** Undefined if something else has changed than what a new slot has, or if there was something before. */
function valuesOf(changes: Changes): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const name in changes) {
    const change = changes[name];
    if (change === undefined || "from" in change || name !== createdSlotFields[values.length]) return undefined;
    values.push(change.to);
  }
  return values.length === createdSlotFields.length ? values : undefined;
}

function changesTo(values: readonly unknown[]): Changes {
  const changes: Record<string, Changes[string]> = {};
  for (const [index, name] of createdSlotFields.entries()) changes[name] = { to: values[index] };
  return changes;
}
