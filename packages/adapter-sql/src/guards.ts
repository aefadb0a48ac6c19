import type { Guard } from "@slotwright/core/adapter";

// A record, so that the compiler finds a guard that the contract has and this list has not.
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

/** Narrows the name of a constraint, or what a trigger said, to a guard of the contract. */
export function isGuard(name: string): name is Guard {
  return Object.hasOwn(guards, name);
}

/** What a trigger says when it refuses: the guard's name for the adapter, and words for whoever typed the SQL. */
export function refusalText(guard: Guard, words: string): string {
  return `slotwright:${guard}: ${words}`;
}

/** The guard that refused with this text, if it was one of ours. */
export function guardInText(text: string): Guard | undefined {
  const name = /slotwright:(\w+)/.exec(text)?.[1];
  return name !== undefined && isGuard(name) ? name : undefined;
}
