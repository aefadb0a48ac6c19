import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { Slot } from "../model/slot.ts";
import type { Decided } from "../rules/decision.ts";
import type { Guard } from "../storage/adapter.ts";

/**
 * The error for a caller if the rules agreed and the database's own guard did not. Only rows changed by hand cause
 * this, so the message says how to find them.
 */
export function refusalOfGuard(guard: Guard, { put }: Decided<object>, command: CommandName): Refusal {
  const record = put.find((one): one is Slot | Appointment => one.kind !== "schedule");
  const { kind, id, status } = record ?? { kind: "slot", id: "", status: "unknown" };
  return refuse("invalid_transition", { record: kind, id, from: status, command, guard });
}
