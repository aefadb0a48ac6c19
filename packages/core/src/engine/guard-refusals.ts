import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { Slot } from "../model/slot.ts";
import type { Decided } from "../rules/decision.ts";
import type { Guard } from "../storage/adapter.ts";

/**
 * The error for a caller if the rules agreed and the database's own guard did not. Only rows changed by hand cause
 * this, so the message says how to find them. The journal outlives a record that was deleted by hand, and so does its
 * id: a new record cannot have it.
 */
export function refusalOfGuard(guard: Guard, { put }: Decided<object>, command: CommandName): Refusal {
  const records = put.filter((one): one is Slot | Appointment => one.kind === "slot" || one.kind === "appointment");
  const [created, ...others] = records.filter(({ version }) => version === 1);
  if (guard === "journal_once_per_version" && created !== undefined && others.length === 0) return refuseId(created);
  const [record] = records;
  const { kind, id, status } = record ?? { kind: "slot", id: "", status: "unknown" };
  return refuse("invalid_transition", { record: kind, id, from: status, command, guard });
}

function refuseId({ kind, id }: Slot | Appointment): Refusal {
  return kind === "slot" ? refuse("slot_exists", { slotId: id }) : refuse("appointment_exists", { appointmentId: id });
}
