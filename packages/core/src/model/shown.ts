import type { FieldChange, JournalEntry } from "./journal.ts";

/** The fields that `authorize` may hide. The others say which record it is, when and where, and what state it is in. */
export const hideableFields = {
  slot: ["appointmentId", "hold", "metadata"],
  appointment: ["subjectId", "metadata"],
  entry: ["commandId", "actor", "reason", "overrides", "changes"],
} as const;

/** A field that `authorize` may hide. */
export type HideableField = (typeof hideableFields)[keyof typeof hideableFields][number];

/** A record as an actor gets it: a field that is hidden from them is null. */
export type Shown<Item> = {
  readonly [Field in keyof Item]: Field extends HideableField ? Item[Field] | null : Item[Field];
};

const hideable: ReadonlySet<unknown> = new Set(Object.values(hideableFields).flat());

export const isHideable = (field: unknown): field is HideableField => hideable.has(field);

/** The same with null in the hidden fields that it has. */
export function hiding<Item extends object>(item: Item, hidden: readonly HideableField[]): Shown<Item> {
  const fields = hidden.filter((field) => Object.hasOwn(item, field));
  return { ...item, ...Object.fromEntries(fields.map((field) => [field, null])) } as Shown<Item>;
}

/**
 * An entry of a record's history. What is hidden of the record, the changes hide as well: they tell that the field has
 * changed, with null for its values. The command's id goes with the actor, because it has a hash of the actor: a reader
 * who knows all actors could tell which one it is. An override has a reason, and goes with the reason.
 */
export function hidingInEntry(entry: JournalEntry, hidden: readonly HideableField[]): Shown<JournalEntry> {
  const changes = Object.entries(entry.changes).map(([field, change]): [string, FieldChange] =>
    hidden.some((name) => name === field) ? [field, hiddenChange(change)] : [field, change],
  );
  const along = hidden.flatMap((field) => goesWith[field] ?? []);
  return hiding({ ...entry, changes: Object.fromEntries(changes) }, [...hidden, ...along]);
}

const goesWith: Partial<Record<HideableField, HideableField>> = { actor: "commandId", reason: "overrides" };

const hiddenChange = (change: FieldChange): FieldChange => ("from" in change ? { from: null, to: null } : { to: null });
