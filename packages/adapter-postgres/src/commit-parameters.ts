import type { RowType } from "./row-types.ts";
import { type Namespace, quotedName } from "./strategy.ts";

/**
 * The parameters of the function that commits a batch in one round trip and one transaction. Rows come as arrays, one
 * for each step of the write order, or null.
 */
export const commitParameters = [
  // One check for each place: these versions must hold. Checks come in the order of all locks: by kind, then by id.
  { name: "checks", type: "check_row" },
  { name: "commands", type: "command_row" },
  { name: "new_agendas", type: "agenda_row" },
  { name: "agendas", type: "agenda_row" },
  { name: "new_schedules", type: "schedule_row" },
  { name: "schedules", type: "schedule_row" },
  { name: "new_availabilities", type: "availability_row" },
  { name: "availabilities", type: "availability_row" },
  { name: "new_free_slots", type: "slot_row" },
  { name: "free_slots", type: "slot_row" },
  { name: "new_appointments", type: "appointment_row" },
  { name: "appointments", type: "appointment_row" },
  // They are among the new free slots as well, which they are until their appointments are there.
  { name: "new_taken_slots", type: "slot_row" },
  { name: "taken_slots", type: "slot_row" },
  { name: "journal", type: "journal_row" },
] as const satisfies readonly { readonly name: string; readonly type: RowType }[];

export type CommitParameter = (typeof commitParameters)[number]["name"];

/** The commit function and its types carry their version, because older processes may still use theirs. */
export function routineName(name: RowType | "commit", version: number): string {
  return `${name}_v${version}`;
}

/** The types of the parameters, as casts write them. */
export function parameterTypes(namespace: Namespace, version: number): readonly string[] {
  return commitParameters.map(({ type }) => `${quotedName(namespace, routineName(type, version))}[]`);
}
