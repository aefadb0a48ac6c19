import type { Override } from "./override.ts";
import type { Actor } from "./values.ts";

/** What a person or a program asked for. The journal names one of these for each change. */
export const commandNames = [
  "setAvailability",
  "publishSlots",
  "importBusy",
  "createSlots",
  "block",
  "unblock",
  "hold",
  "extend",
  "release",
  "breakHold",
  "book",
  "request",
  "accept",
  "decline",
  "offer",
  "acceptOffer",
  "declineOffer",
  "reschedule",
  "checkIn",
  "complete",
  "markNoShow",
  "cancel",
  "repair",
] as const;
export type CommandName = (typeof commandNames)[number];

const made: ReadonlySet<CommandName> = new Set(["repair", "publishSlots", "importBusy"]);

/**
 * The commands that hosts give. A repair is what `reconcile` makes of a finding, and a call of `publishSlots` or of `importBusy`
 * consists of several commands, one for each stretch of time.
 */
export const hostCommandNames = commandNames.filter((name): name is HostCommandName => !made.has(name));
export type HostCommandName = Exclude<CommandName, "repair" | "publishSlots" | "importBusy">;

/** What became of one field, in the form in which JSON has it: times are ISO 8601 strings. */
export interface FieldChange {
  /** What the field was. Absent in the entry that created the record. */
  readonly from?: unknown;
  readonly to: unknown;
}

/** The kinds of records whose changes are written to the journal. */
export const journaledKinds = ["slot", "appointment", "availability"] as const;
export type JournaledKind = (typeof journaledKinds)[number];

/** One change of one slot, appointment or availability, written in the same commit as the change. */
export interface JournalEntry {
  readonly recordKind: JournaledKind;
  readonly recordId: string;
  /** The record's providers after this change. A slot has one. */
  readonly providerIds: readonly string[];
  /** The record's facility after this change. */
  readonly facilityId: string;
  /** The version of the record after this change. A record's entries count 1, 2, 3 … without a gap. */
  readonly version: number;
  readonly command: CommandName;
  /** The id under which the command took effect once: its idempotency key, `@`, and a hash of the actor. */
  readonly commandId: string;
  readonly actor: Actor;
  readonly reason: string | null;
  /** The policies that the command passed although they refused it. Absent if it passed none. */
  readonly overrides?: readonly Override[];
  readonly at: Date;
  /** Null if this change created the record. */
  readonly fromStatus: string | null;
  /** An availability has no states: it is `set`. */
  readonly toStatus: string;
  /**
   * Each field that changed, with what it was and what it became. A hold expires by the clock, without an entry: to the
   * next entry, the slot had no hold.
   */
  readonly changes: Readonly<Record<string, FieldChange>>;
}
