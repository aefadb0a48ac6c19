import type { Hold } from "@slotwright/core";
import { allows, appointmentTransitions, slotTransitions, statusWhenFreed } from "@slotwright/core/client";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";
import { instantOf } from "../calls/dates.ts";
import { namedSlots, type PendingCommand } from "./pending.ts";
import type { ClientRecord, Seen } from "./records.ts";

/** What a command would make of what is shown, as far as a client can tell. Never more than the tables allow. */
export type Effect = (command: PendingCommand, seen: Seen, now: number) => readonly ClientRecord[];

export interface Input {
  readonly slotId?: string;
  readonly alsoSlotIds?: readonly string[];
  readonly appointmentId?: string;
  readonly subjectId?: string;
  readonly providerId?: string;
  readonly facilityId?: string;
  readonly start?: string;
  readonly end?: string;
  readonly holdToken?: string | readonly string[];
  readonly metadata?: ShownAppointment["metadata"];
  readonly seconds?: number;
  readonly holderId?: string;
  readonly block?: boolean;
  readonly expiresAt?: string;
  readonly holdSeconds?: number;
}

export const inputOf = ({ input }: PendingCommand): Input => input as Input;

/** The appointment that the command is about. */
export const ownOf = (command: PendingCommand, seen: Seen): ShownAppointment | undefined =>
  seen.appointment(inputOf(command).appointmentId ?? "");

export function slotBecomes(command: PendingCommand, seen: Seen, status: ShownSlot["status"], hold: Hold | null) {
  const ids = namedSlots(command.input);
  const slots = ids
    .flatMap((id) => seen.slot(id) ?? [])
    .filter((slot) => allows(slotTransitions, slot.status, status, command.name))
    .map((slot) => ({ ...slot, hold, status: status === "available" ? statusWhenFreed(slot) : status }));
  // All of them, or none.
  return slots.length < ids.length ? [] : slots;
}

export function appointmentBecomes(
  command: PendingCommand,
  seen: Seen,
  fields: Partial<ShownAppointment> & Pick<ShownAppointment, "status">,
): readonly ClientRecord[] {
  const appointment = ownOf(command, seen);
  const { status } = fields;
  if (!appointment || !allows(appointmentTransitions, appointment.status, status, command.name)) return [];
  // An offer does not outlast an answer.
  const request = appointment.request && { ...appointment.request, offer: null };
  return [{ ...appointment, request, ...fields }];
}

/** Undefined if one of the slots cannot be taken by this appointment, as far as is known. */
export function taken(command: PendingCommand, seen: Seen, ids: readonly string[]): readonly ShownSlot[] | undefined {
  const { appointmentId = "", holdToken } = inputOf(command);
  const appointment = ownOf(command, seen);
  const slots: ShownSlot[] = [];
  for (const id of ids) {
    const slot = seen.slot(id);
    if (!slot) return undefined;
    const isOwn = slot.appointmentId === appointmentId;
    const isOpen = allows(slotTransitions, slot.status, "booked", command.name);
    const isOfOthers = slot.status === "held" && holdToken === undefined && !isHeldFor(appointment, slot);
    if (!isOwn && (!isOpen || isOfOthers)) return undefined;
    slots.push(isOwn ? slot : { ...slot, status: "booked", appointmentId, hold: null });
  }
  return slots;
}

export const changedOnly = (slots: readonly ShownSlot[], seen: Seen) =>
  slots.filter((slot) => seen.slot(slot.id) !== slot);

/** It waits: as what was asked for at a slot, or else at a time, for which the server may find one. */
export function asked(command: PendingCommand, seen: Seen, now: number, slot?: ShownSlot): readonly ShownAppointment[] {
  const { providerId = "", facilityId = "" } = slot ?? inputOf(command);
  if (ownOf(command, seen) || !allows(appointmentTransitions, null, "scheduled", command.name)) return [];
  const place = { providerId, facilityId, providerIds: [providerId], slotIds: [] };
  return [{ ...newAppointment(command, now), ...place, ...timesIn(command, slot), status: "scheduled" }];
}

/** The times that a command gives, or else those of the slot. */
export function timesIn(command: PendingCommand, slot?: ShownSlot) {
  const { start = slot?.start ?? "", end = slot?.end ?? "" } = inputOf(command);
  return { start: instantOf(start), end: instantOf(end) };
}

/** What begins with a command lasts so long. It begins when it is asked for, and the server will say when it ends. */
export const endOf = (now: number, seconds: number): Date => new Date(now + seconds * 1000);

/** A hold as far as a client knows it. */
export const holdUntil = (expiresAt: Date, holderId: string | null = null): Hold => {
  return { tokenHash: "", expiresAt, holderId };
};

export function newAppointment(command: PendingCommand, now: number) {
  const { appointmentId = "", subjectId = "", metadata = {} } = inputOf(command);
  const at = new Date(Math.min(command.at, now));
  const times = { createdAt: at, updatedAt: at };
  return {
    kind: "appointment",
    id: appointmentId,
    subjectId,
    status: "confirmed",
    metadata,
    version: 0,
    ...times,
    request: null,
  } as const;
}

/** What an appointment has of the slots that it owns. */
export const owning = (slots: readonly ShownSlot[]) => ({
  providerIds: [...new Set(slots.map(({ providerId }) => providerId))],
  slotIds: slots.map(({ id }) => id),
});

/** What was asked for, or is offered, by slot. */
export function slotsAskedFor({ request }: ShownAppointment): readonly string[] {
  return [request?.wishes ?? [], request?.offer ?? []].flat().map(({ slotId }) => slotId);
}

/** Whether a slot is held for the appointment, as far as a client can tell: by when its hold ends. */
export function isHeldFor(appointment: ShownAppointment | undefined, { id, status, hold }: ShownSlot): boolean {
  const request = appointment?.request;
  if (!request || status !== "held") return false;
  const { wishes, heldUntil, offer } = request;
  const ends = [wishes.some(({ slotId }) => slotId === id) && heldUntil, offer?.slotId === id && offer.expiresAt];
  return ends.some((end) => end && (!hold || hold.expiresAt.getTime() === end.getTime()));
}
