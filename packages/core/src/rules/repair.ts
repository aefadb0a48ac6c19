import { refuse } from "../errors/index.ts";
import { type Appointment, ownsSlots } from "../model/appointment.ts";
import type { Command } from "../model/commands.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import type { Slot } from "../model/slot.ts";
import {
  type Change,
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
import { appointmentFaults, type FaultKind, providersToAdd, type SyncFault, slotFaults } from "./sync.ts";

/** The faults that are gone now. Empty if somebody else was faster. */
export interface Repaired {
  readonly faults: readonly SyncFault[];
}

/** Repairs what has one right answer in a slot, or in an appointment's lists of slots and providers. */
export const repair: Rule<Command<"repair">, Repaired> = {
  reads({ record, claimantId }, seen): Reads {
    if (record.kind === "appointment") {
      const owned = seen.appointment(record.id)?.slotIds ?? [];
      return { keys: [appointmentKey(record.id), ...owned.map(slotKey)] };
    }
    const linkedId = seen.slot(record.id)?.appointmentId ?? undefined;
    const linked = linkedId === undefined ? undefined : seen.appointment(linkedId);
    const appointments = [linkedId, claimantId].filter((id) => id !== undefined);
    const siblings = linked === undefined || ownsSlots(linked) ? [] : linked.slotIds;
    return { keys: [...[record.id, ...siblings].map(slotKey), ...appointments.map(appointmentKey)] };
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
  const restsOn = slot.appointmentId === null ? claimant : appointment;
  if (faults.some(unlinks) && restsOn !== undefined) return unlink(slot, faults, restsOn, seen, context);
  return decided(faults.length === 0 ? [] : [clear(slot, faults, context)], { faults });
}

/**
 * Unlinks a slot because of its appointment's state, and gives the appointment a new version: any other command on it
 * at the same moment meets the repair there. An ended appointment is written without its list, because the database
 * would refuse it otherwise. Therefore all listed slots that still name it are unlinked at once. If the appointment
 * does not exist, there is nothing to write, and the slot's version is enough: no command gives a slot to an
 * appointment without writing the slot, and a row put back by hand before the repair ends up as one put back after it.
 */
function unlink(
  slot: Slot,
  faults: readonly SyncFault[],
  appointment: Appointment,
  seen: Seen,
  context: Context,
): Decided<Repaired> {
  const others = ownsSlots(appointment) ? [] : appointment.slotIds.filter((id) => id !== slot.id);
  const siblings = others
    .flatMap((id) => seen.slot(id) ?? [])
    .filter(({ appointmentId }) => appointmentId === appointment.id)
    .map((one) => ({ slot: one, faults: faultsOfLink(one, appointment) }));
  const unlinked = [{ slot, faults }, ...siblings];
  const ofList = appointmentFaults(appointment, seen.slot).filter(hasRepair);
  const all = [...unlinked.flatMap((one) => one.faults), ...ofList];
  const written = changeAppointment(
    appointment,
    ofList.length === 0 ? {} : corrected(appointment, seen),
    because(all, context),
  );
  return decided([...unlinked.map((one) => clear(one.slot, one.faults, context)), written], { faults: all });
}

function faultsOfLink(slot: Slot, appointment: Appointment): readonly SyncFault[] {
  return slotFaults(slot, { appointment, claimant: undefined, neighbours: [] }).filter(hasRepair);
}

function repairAppointment({ record }: Command<"repair">, seen: Seen, context: Context): Decision<Repaired> {
  const appointment = seen.appointment(record.id);
  if (appointment === undefined) return refuse("appointment_not_found", { appointmentId: record.id });
  const faults = appointmentFaults(appointment, seen.slot).filter(hasRepair);
  if (faults.length === 0) return decided([], { faults });
  const change = changeAppointment(appointment, corrected(appointment, seen), because(faults, context));
  return decided([change], { faults });
}

/** The slots of an active appointment, or none, and the providers of those slots. */
function corrected(appointment: Appointment, { slot }: Seen): Partial<Appointment> {
  if (!ownsSlots(appointment)) return { slotIds: [] };
  return { providerIds: [...appointment.providerIds, ...providersToAdd(appointment, slot)] };
}

const hasRepair = (fault: SyncFault): boolean => fault.repair !== null;

const unlinking: ReadonlySet<FaultKind> = new Set([
  "booked_without_appointment",
  "appointment_missing",
  "appointment_ended",
]);
const unlinks = ({ kind }: SyncFault): boolean => unlinking.has(kind);

/** The slot without the faulty link or hold. */
function clear(slot: Slot, faults: readonly SyncFault[], context: Context): Change<Slot> {
  const kinds = new Set(faults.map(({ kind }) => kind));
  const unlinked = faults.some(unlinks);
  const freed = (unlinked && slot.status === "booked") || kinds.has("held_without_hold");
  const changes: Partial<Slot> = {
    ...(unlinked ? { appointmentId: null } : {}),
    ...(kinds.has("hold_without_held") ? { hold: null } : {}),
    ...(freed ? { status: statusWhenFreed(slot) } : {}),
  };
  return changeSlot(slot, changes, because(faults, context));
}

/** The journal names the faults that made the repair necessary. */
function because(faults: readonly SyncFault[], context: Context): Context {
  return { ...context, reason: [...new Set(faults.map(({ kind }) => kind))].join(", ") };
}
