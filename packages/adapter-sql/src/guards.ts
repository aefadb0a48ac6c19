import type { Guard } from "@slotwright/core/adapter";

// As a record, the compiler finds a guard of the contract that is missing from this list.
const guards: Record<Guard, true> = {
  known_status: true,
  valid_time_range: true,
  booked_has_appointment: true,
  held_has_hold: true,
  owner_has_slots: true,
  no_overlap: true,
  appointment_fits_slot: true,
  slot_has_appointment_row: true,
  appointment_keeps_slots: true,
  journal_append_only: true,
  journal_once_per_version: true,
  row_format: true,
};

export const guardNames = Object.keys(guards) as readonly Guard[];

/** Narrows the name of a constraint, or the text of a trigger, to a guard of the contract. */
export function isGuard(name: string): name is Guard {
  return Object.hasOwn(guards, name);
}

/** The text of a trigger's refusal: the guard's name for the adapter, then words for the person who typed the SQL. */
export function refusalText(guard: Guard, words: string): string {
  return `slotwright:${guard}: ${words}`;
}

/** The guard that refused with this text, or undefined if it was not one of ours. */
export function guardInText(text: string): Guard | undefined {
  const name = /slotwright:(\w+)/.exec(text)?.[1];
  return name !== undefined && isGuard(name) ? name : undefined;
}
