import type { RowType } from "./row-types.ts";
import { nameOf, type Place } from "./strategy.ts";

/**
 * The function that commits a batch in one round trip, and in one transaction wherever it is called. Rows come as arrays,
 * one for each step of the order of writing, or null.
 */
export const commitParameters = [
  // One check a place: these versions must hold. In the order in which everybody locks: kind by kind, then by id.
  { name: "checks", type: "check_row" },
  { name: "commands", type: "command_row" },
  { name: "new_schedules", type: "schedule_row" },
  { name: "schedules", type: "schedule_row" },
  { name: "new_free_slots", type: "slot_row" },
  { name: "free_slots", type: "slot_row" },
  { name: "new_appointments", type: "appointment_row" },
  { name: "appointments", type: "appointment_row" },
  { name: "new_taken_slots", type: "slot_row" },
  { name: "taken_slots", type: "slot_row" },
  { name: "journal", type: "journal_row" },
] as const satisfies readonly { readonly name: string; readonly type: RowType }[];

export type CommitParameter = (typeof commitParameters)[number]["name"];

/** The function that commits and its types carry the version that they are of: older processes may still use theirs. */
export function routineName(name: RowType | "commit", version: number): string {
  return `${name}_v${version}`;
}

/** The types of the parameters, as they stand in a cast. */
export function parameterTypes(place: Place, version: number): readonly string[] {
  return commitParameters.map(({ type }) => `${nameOf(place, routineName(type, version))}[]`);
}
