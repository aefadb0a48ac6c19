import { refuse } from "../errors.ts";
import { type Appointment, ownsSlots } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";
import {
  type Context,
  changeAppointment,
  changeSlot,
  type Decided,
  type Decision,
  decided,
  type Reads,
  type Rule,
  type Seen,
} from "./decision.ts";
import { appointmentKey, slotKey } from "./find.ts";
import { appointmentFaults, providersToAdd, type SyncFault, slotFaults } from "./sync.ts";

/** The faults that are gone now; empty if somebody else was faster. */
export interface Repaired {
  readonly faults: readonly SyncFault[];
}

/** Puts right what has one right answer about a slot, or about an appointment's lists of slots and providers. */
export const repair: Rule<Command<"repair">, Repaired> = {
  reads({ record, claimantId }, seen): Reads {
    if (record.kind === "appointment") {
      const owned = seen.appointment(record.id)?.slotIds ?? [];
      return { keys: [appointmentKey(record.id), ...owned.map(slotKey)] };
    }
    const linked = seen.slot(record.id)?.appointmentId ?? undefined;
    const appointments = [linked, claimantId].filter((id) => id !== undefined);
    return { keys: [slotKey(record.id), ...appointments.map(appointmentKey)] };
  },

  decide: (command, seen, context) =>
    command.record.kind === "slot" ? repairSlot(command, seen, context) : repairAppointment(command, seen, context),
};

function repairSlot({ record, claimantId }: Command<"repair">, seen: Seen, context: Context): Decision<Repaired> {
  const slot = seen.slot(record.id);
  if (slot === undefined) return refuse("slot_not_found", { slotId: record.id });
  const appointment = slot.appointmentId === null ? undefined : seen.appointment(slot.appointmentId);
  const claimant = claimantId === undefined ? undefined : seen.appointment(claimantId);
  const faults = slotFaults(slot, { appointment, claimant, neighbours: [] }).filter(hasRepair);
  if (faults.length === 0) return decided([], { faults });
  const restsOn = [slot.appointmentId, claimantId].filter((id) => id !== null && id !== undefined);
  const expect = restsOn.map((id) => ({ key: appointmentKey(id), version: seen.appointment(id)?.version ?? 0 }));
  return expecting(expect, decided([changeSlot(slot, cleared(slot, faults), because(faults, context))], { faults }));
}

function repairAppointment({ record }: Command<"repair">, seen: Seen, context: Context): Decision<Repaired> {
  const appointment = seen.appointment(record.id);
  if (appointment === undefined) return refuse("appointment_not_found", { appointmentId: record.id });
  const faults = appointmentFaults(appointment, seen.slot).filter(hasRepair);
  if (faults.length === 0) return decided([], { faults });
  const change = changeAppointment(appointment, corrected(appointment, seen), because(faults, context));
  return decided([change], { faults });
}

/** The slots of one that is on, or none; and the providers of those slots as well. */
function corrected(appointment: Appointment, { slot }: Seen): Partial<Appointment> {
  if (!ownsSlots(appointment)) return { slotIds: [] };
  return { providerIds: [...appointment.providerIds, ...providersToAdd(appointment, slot)] };
}

const hasRepair = (fault: SyncFault): boolean => fault.repair !== null;

/** The slot's state without the link or the hold that is at fault. */
function cleared(slot: Slot, faults: readonly SyncFault[]): Partial<Slot> {
  const kinds = new Set(faults.map(({ kind }) => kind));
  const unlink = ["booked_without_appointment", "appointment_missing", "appointment_ended"] as const;
  const unlinked = unlink.some((kind) => kinds.has(kind));
  const freed = (unlinked && slot.status === "booked") || kinds.has("held_without_hold");
  return {
    ...(unlinked ? { appointmentId: null } : {}),
    ...(kinds.has("hold_without_held") ? { hold: null } : {}),
    ...(freed ? { status: "available" } : {}),
  };
}

/** The journal says which faults made the repair necessary. */
function because(faults: readonly SyncFault[], context: Context): Context {
  return { ...context, reason: [...new Set(faults.map(({ kind }) => kind))].join(", ") };
}

function expecting<R>(more: readonly { readonly key: RecordKey; readonly version: number }[], decision: Decided<R>) {
  const expect = new Map([...decision.expect, ...more].map((one) => [keyText(one.key), one]));
  return { ...decision, expect: [...expect.values()] };
}
