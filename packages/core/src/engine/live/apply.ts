import type { JournalEntry } from "../../model/journal.ts";
import type { SlotStatus } from "../../model/slot.ts";
import type { Metadata } from "../../model/values.ts";
import { versionOf } from "./slot-columns.ts";
import { appointmentNumber, type HeldSlotRow, type HoldOfRow, type SlotState, type SlotTable } from "./slot-table.ts";

/**
 * What an entry of the feed means for what is held: nothing if it is older, a new state, a new slot, or a gap, after
 * which only the slot itself tells.
 */
export type Meaning =
  | { readonly kind: "nothing" | "gap" }
  | { readonly kind: "state"; readonly row: number; readonly state: SlotState }
  | { readonly kind: "created"; readonly slot: HeldSlotRow };

const nothing: Meaning = { kind: "nothing" };

/**
 * Entries of a slot come in the order of its versions, from the first one on. So a slot that is not held and was not
 * created by this entry is none of the window.
 */
export function meaningOf(entry: JournalEntry, table: SlotTable): Meaning {
  const row = table.rowOf(entry.recordId);
  if (row < 0) return entry.version === 1 ? { kind: "created", slot: createdSlot(entry) } : nothing;
  const held = versionOf(table.columns, row);
  if (entry.version <= held) return nothing;
  return entry.version === held + 1
    ? { kind: "state", row, state: stateAfter(entry, table.read(row)) }
    : { kind: "gap" };
}

/** @param before What is known of the slot, of which the entry has only what has changed. */
function stateAfter({ version, toStatus, changes, at }: JournalEntry, before?: SlotState): SlotState {
  const given = changes.appointmentId?.to as string | null | undefined;
  const appointment = given === undefined ? (before?.appointment ?? 0) : appointmentNumber(given);
  const appointmentId = given === undefined ? (before?.appointmentId ?? null) : given;
  const state = { version, status: toStatus as SlotStatus, appointment, appointmentId, updatedAt: at.getTime() };
  if (state.status !== "held") return { ...state, heldUntil: 0, hold: undefined };
  const hold = changes.hold?.to as (HoldOfRow & { readonly expiresAt: string }) | undefined;
  // A hold that is extended to an earlier end stays as it is.
  const heldUntil = hold === undefined ? (before?.heldUntil ?? 0) : Date.parse(hold.expiresAt);
  return { ...state, heldUntil, hold: hold ?? before?.hold };
}

/** The entry that created a slot has all of its fields. */
function createdSlot(entry: JournalEntry): HeldSlotRow {
  const { recordId: id, facilityId, providerIds, changes } = entry;
  return {
    id,
    scheduleId: changes.scheduleId?.to as string,
    providerId: providerIds[0] as string,
    facilityId,
    start: Date.parse(changes.start?.to as string),
    end: Date.parse(changes.end?.to as string),
    seat: changes.seat?.to as number,
    metadata: changes.metadata?.to as Metadata,
    createdAt: entry.at.getTime(),
    ...stateAfter(entry),
  };
}
