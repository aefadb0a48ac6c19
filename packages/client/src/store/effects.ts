import type { Hold } from "@slotwright/core";
import { allows, appointmentTransitions, type HostCommandName, slotTransitions } from "@slotwright/core/client";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";
import type { PendingCommand } from "./pending.ts";
import type { ClientRecord, Seen } from "./records.ts";

/** What a command would make of what is shown, as far as a client can tell. Never more than the tables allow. */
type Effect = (command: PendingCommand, seen: Seen, now: number) => readonly ClientRecord[];

/**
 * The records that a command would change, with the versions that they have: the next version is the server's to give.
 * One that the tables do not allow on what is shown changes nothing, and the server's answer will say why. Effects that
 * the store has already from the server are not repeated, since the tables have no way from a state to itself.
 */
export const effectOf: Effect = (command, seen, now) => effects[command.name](command, seen, now);

const effects: Readonly<Record<HostCommandName, Effect>> = {
  // Its slots get their schedule, their seats and, as a rule, their ids from the server.
  createSlots: () => [],
  block: (command, seen) => slotBecomes(command, seen, "blocked", null),
  unblock: (command, seen) => slotBecomes(command, seen, "available", null),
  hold: (command, seen, now) => slotBecomes(command, seen, "held", holdOf(command, now)),
  // How long it will last is the server's to say.
  extend: () => [],
  release: (command, seen) => slotBecomes(command, seen, "available", null),
  breakHold: (command, seen) => slotBecomes(command, seen, inputOf(command).block ? "blocked" : "available", null),
  book,
  request,
  accept,
  decline: (command, seen) => ended(command, seen, "declined"),
  // Until when it holds is the server's to say, and whether it is taken is the subject's.
  offer: () => [],
  acceptOffer,
  declineOffer: () => [],
  reschedule,
  checkIn: (command, seen) => appointmentBecomes(command, seen, { status: "checked_in" }),
  complete: (command, seen) => appointmentBecomes(command, seen, { status: "completed" }),
  markNoShow: (command, seen) => ended(command, seen, "no_show"),
  cancel: (command, seen) => ended(command, seen, "cancelled"),
};

interface Input {
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
  readonly block?: boolean;
  readonly orSlotIds?: readonly string[];
  readonly expiresAt?: string;
}

const inputOf = ({ input }: PendingCommand): Input => input as Input;

function slotBecomes(command: PendingCommand, seen: Seen, status: ShownSlot["status"], hold: Hold | null) {
  const { slotId = "", alsoSlotIds = [] } = inputOf(command);
  const ids = [slotId, ...alsoSlotIds];
  const slots = ids
    .flatMap((id) => seen.slot(id) ?? [])
    .filter((slot) => allows(slotTransitions, slot.status, status, command.name));
  // All of them, or none.
  return slots.length === ids.length ? slots.map((slot) => ({ ...slot, status, hold })) : [];
}

/** It begins when it is asked for, and the server will say how long it really lasts. */
function holdOf(command: PendingCommand, now: number): Hold {
  const { seconds = 300 } = inputOf(command);
  return { tokenHash: "", expiresAt: new Date(Math.max(command.at, now) + seconds * 1000) };
}

function appointmentBecomes(
  command: PendingCommand,
  seen: Seen,
  fields: Partial<ShownAppointment> & Pick<ShownAppointment, "status">,
): readonly ClientRecord[] {
  const appointment = seen.appointment(inputOf(command).appointmentId ?? "");
  const { status } = fields;
  if (appointment === undefined || !allows(appointmentTransitions, appointment.status, status, command.name)) return [];
  return [{ ...appointment, ...fields }];
}

/** The slots that it owned when the command was given become free, also where only one of both is known to have ended. */
function ended(
  command: PendingCommand,
  seen: Seen,
  status: "cancelled" | "declined" | "no_show",
): readonly ClientRecord[] {
  const appointment = seen.appointment(inputOf(command).appointmentId ?? "");
  const change = appointmentBecomes(command, seen, { status, slotIds: [] });
  return appointment?.status === status || change.length > 0 ? [...change, ...freed(command, seen, [])] : [];
}

function freed(command: PendingCommand, seen: Seen, keep: readonly string[]): readonly ClientRecord[] {
  const { appointmentId } = inputOf(command);
  return command.slotIds
    .filter((id) => !keep.includes(id))
    .flatMap((id) => seen.slot(id) ?? [])
    .filter((slot) => slot.status === "booked" && slot.appointmentId === appointmentId)
    .filter((slot) => allows(slotTransitions, slot.status, "available", command.name))
    .map((slot) => ({ ...slot, status: "available", appointmentId: null }));
}

/** Undefined if one of the slots cannot be taken by this appointment, as far as is known. */
function taken(command: PendingCommand, seen: Seen, ids: readonly string[]): readonly ShownSlot[] | undefined {
  const { appointmentId = "", holdToken } = inputOf(command);
  const slots: ShownSlot[] = [];
  for (const id of ids) {
    const slot = seen.slot(id);
    if (slot === undefined) return undefined;
    const isOwn = slot.status === "booked" && slot.appointmentId === appointmentId;
    const isOpen = allows(slotTransitions, slot.status, "booked", command.name);
    if (!isOwn && (!isOpen || (slot.status === "held" && holdToken === undefined))) return undefined;
    slots.push(isOwn ? slot : { ...slot, status: "booked", appointmentId, hold: null });
  }
  return slots;
}

const changedOnly = (slots: readonly ShownSlot[], seen: Seen) => slots.filter((slot) => seen.slot(slot.id) !== slot);

function book(command: PendingCommand, seen: Seen, now: number): readonly ClientRecord[] {
  const input = inputOf(command);
  const { appointmentId = "", slotId, alsoSlotIds = [] } = input;
  if (slotId === undefined) return asked(command, seen, now);
  const slots = taken(command, seen, [slotId, ...alsoSlotIds]);
  const [primary] = slots ?? [];
  if (slots === undefined || primary === undefined) return [];
  const changed = changedOnly(slots, seen);
  if (seen.appointment(appointmentId) !== undefined) return changed;
  if (!allows(appointmentTransitions, null, "confirmed", command.name)) return [];
  const { providerId, facilityId } = primary;
  const owned = { providerId, facilityId, providerIds: providersOf(slots), slotIds: slots.map(({ id }) => id) };
  const { start = primary.start, end = primary.end } = input;
  return [...changed, { ...newAppointment(command, now), ...owned, start: dateOf(start), end: dateOf(end) }];
}

/** Without a slot, the server finds one, or keeps the appointment as one that was asked for. */
function asked(command: PendingCommand, seen: Seen, now: number): readonly ShownAppointment[] {
  const { appointmentId = "", providerId = "", facilityId = "", start = "", end = "" } = inputOf(command);
  if (seen.appointment(appointmentId) !== undefined) return [];
  if (!allows(appointmentTransitions, null, "scheduled", command.name)) return [];
  const place = { providerId, facilityId, providerIds: [providerId], slotIds: [] };
  return [{ ...newAppointment(command, now), ...place, start: dateOf(start), end: dateOf(end), status: "scheduled" }];
}

function newAppointment(command: PendingCommand, now: number) {
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

/** It waits, with the slots that are asked for: of several, with the time of the first. */
function request(command: PendingCommand, seen: Seen, now: number): readonly ClientRecord[] {
  const { appointmentId = "", slotId, orSlotIds = [], expiresAt } = inputOf(command);
  const [waiting] = slotId === undefined ? asked(command, seen, now) : askedFor(command, seen, now, slotId);
  if (waiting === undefined || seen.appointment(appointmentId) !== undefined) return [];
  const slots = [slotId ?? [], orSlotIds].flat().flatMap((id) => seen.slot(id) ?? []);
  const wishes = slots.map(({ id, start, end }) => ({ slotId: id, start, end }));
  const until = expiresAt === undefined ? null : dateOf(expiresAt);
  return [{ ...waiting, request: { wishes, heldUntil: null, expiresAt: until, offer: null } }];
}

function askedFor(command: PendingCommand, seen: Seen, now: number, slotId: string): readonly ShownAppointment[] {
  const slot = seen.slot(slotId);
  if (slot === undefined || !allows(appointmentTransitions, null, "scheduled", command.name)) return [];
  const { providerId, facilityId } = slot;
  const { start = slot.start, end = slot.end } = inputOf(command);
  const place = { providerId, facilityId, providerIds: [providerId], slotIds: [] };
  return [{ ...newAppointment(command, now), ...place, start: dateOf(start), end: dateOf(end), status: "scheduled" }];
}

function acceptOffer(command: PendingCommand, seen: Seen): readonly ClientRecord[] {
  const offer = seen.appointment(inputOf(command).appointmentId ?? "")?.request?.offer;
  if (offer === null || offer === undefined) return [];
  const { start, end, slotId } = offer;
  return appointmentBecomes(command, seen, { status: "confirmed", start, end, slotIds: [slotId] });
}

function accept(command: PendingCommand, seen: Seen): readonly ClientRecord[] {
  const { appointmentId = "", slotId, alsoSlotIds = [] } = inputOf(command);
  // Which slot the server takes is not known, only that the appointment will have one.
  if (slotId === undefined) return appointmentBecomes(command, seen, { status: "confirmed" });
  const slots = taken(command, seen, [slotId, ...alsoSlotIds]);
  if (slots === undefined) return [];
  const owned = { providerIds: providersOf(slots), slotIds: slots.map(({ id }) => id) };
  const change = appointmentBecomes(command, seen, { status: "confirmed", ...owned });
  const isDone = seen.appointment(appointmentId)?.slotIds.includes(slotId) === true;
  return change.length > 0 || isDone ? [...change, ...changedOnly(slots, seen)] : [];
}

function reschedule(command: PendingCommand, seen: Seen): readonly ClientRecord[] {
  const { slotId = "", alsoSlotIds = [], start, end } = inputOf(command);
  const ids = [slotId, ...alsoSlotIds];
  const slots = taken(command, seen, ids);
  const [primary] = slots ?? [];
  if (slots === undefined || primary === undefined) return [];
  const times = { start: dateOf(start ?? primary.start), end: dateOf(end ?? primary.end) };
  const owned = { providerIds: providersOf(slots), slotIds: ids };
  const change = appointmentBecomes(command, seen, { status: "confirmed", ...times, ...owned });
  return change.length === 0 ? [] : [...change, ...freed(command, seen, ids), ...changedOnly(slots, seen)];
}

const dateOf = (instant: Date | string): Date => new Date(instant);

const providersOf = (slots: readonly ShownSlot[]): readonly string[] => [
  ...new Set(slots.map(({ providerId }) => providerId)),
];
