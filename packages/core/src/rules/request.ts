import type { z } from "zod";
import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { type AppointmentRequest, emptyRequest, type WishedTime } from "../model/appointment-request.ts";
import type { Command, requestSlotSchema, requestTimeSchema } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import {
  type Context,
  createAppointment,
  type Decision,
  decided,
  isRefusal,
  type Rule,
  type Seen,
} from "./decision.ts";
import { appointmentKey, findSlot, refuseTaken, refuseTakenId, slotKey } from "./find.ts";
import { holdFor } from "./held-for.ts";
import { refuseOtherSchedule, refuseRepeated } from "./take-slots.ts";
import { refuseMisfit, refuseRange } from "./time.ts";

type RequestSlot = z.output<typeof requestSlotSchema>;
type RequestTime = z.output<typeof requestTimeSchema>;

/** An appointment that waits for an answer. */
export interface Requested extends Replayable {
  /** The appointment, which is `scheduled`. */
  readonly appointment: Appointment;
  /** The slots that the command held for it. Empty if it held none. */
  readonly slots: readonly Slot[];
}

/** Asks for an appointment: for a slot, for one of several, or for a time. A provider decides. */
export const request: Rule<Command<"request">, Requested> = {
  reads(command) {
    const own = command.appointmentId === undefined ? [] : [appointmentKey(command.appointmentId)];
    return { keys: isBySlot(command) ? [...own, ...wishedIds(command).map(slotKey)] : own };
  },

  decide: (command, seen, context) =>
    refuseTakenId(seen, command.appointmentId) ??
    refusePast(command, context) ??
    (isBySlot(command) ? requestSlots(command, seen, context) : requestTime(command, context)),
};

function isBySlot(command: Command<"request">): command is RequestSlot {
  return command.slotId !== undefined;
}

const wishedIds = ({ slotId, orSlotIds }: RequestSlot): readonly string[] => [slotId, ...orSlotIds];

function refusePast({ expiresAt }: Command<"request">, { now }: Context): Refusal | undefined {
  if (expiresAt === undefined || expiresAt > now) return undefined;
  const message = "must be later than now, or nobody could accept the request";
  return refuse("invalid_input", { issues: [{ path: "expiresAt", code: "invalid", message }] });
}

function requestSlots(command: RequestSlot, seen: Seen, context: Context): Decision<Requested> {
  const ids = wishedIds(command);
  const refusal = refuseRepeated(ids, "orSlotIds") ?? refuseSeveralTimes(command);
  if (refusal !== undefined) return refusal;
  const slots = freeSlots(command, ids, seen, context);
  if (isRefusal(slots)) return slots;
  const id = command.appointmentId ?? context.newId();
  const heldUntil = heldUntilOf(command, context);
  const wishes = slots.map((slot): WishedTime => ({ slotId: slot.id, ...timeOn(slot, command) }));
  const asked = createAppointment(waiting(slots[0] as Slot, command, { wishes, heldUntil }), id, context);
  const held = heldUntil === null ? [] : slots.map((slot) => holdFor(id, slot, heldUntil, context));
  const result = { appointment: asked.record, slots: held.map(({ record }) => record) };
  return decided([asked, ...held], result, heldUntil === null ? slots : []);
}

/** A time within a slot says nothing about the other slots. */
function refuseSeveralTimes({ orSlotIds, start, end }: RequestSlot): Refusal | undefined {
  if (orSlotIds.length === 0 || (start === undefined && end === undefined)) return undefined;
  const path = start === undefined ? "end" : "start";
  const message = "must be left out beside orSlotIds: of several slots, each is asked for as a whole";
  return refuse("invalid_input", { issues: [{ path, code: "conflicting_fields", message }] });
}

/** The slots, all of one provider and facility and free, or why one of them is not to be asked for. */
function freeSlots(
  command: RequestSlot,
  ids: readonly string[],
  seen: Seen,
  context: Context,
): readonly Slot[] | Refusal {
  const slots: Slot[] = [];
  for (const [index, id] of ids.entries()) {
    const slot = findSlot(seen, id, index === 0 ? command.ifVersion : undefined, context);
    if (isRefusal(slot)) return slot;
    const time = timeOn(slot, command);
    const refusal =
      refuseOtherSchedule(slot, slots[0] ?? slot) ?? refuseRange(time) ?? refuseTaken(slot) ?? refuseMisfit(slot, time);
    if (refusal !== undefined) return refusal;
    slots.push(slot);
  }
  return slots;
}

const timeOn = (slot: Slot, { start = slot.start, end = slot.end }: RequestSlot) => ({ start, end });

/** A request that nobody can accept any more keeps no slot from others. */
function heldUntilOf({ holdSeconds, expiresAt }: RequestSlot, { now }: Context): Date | null {
  if (holdSeconds === undefined) return null;
  const until = new Date(now.getTime() + holdSeconds * 1000);
  return expiresAt !== undefined && expiresAt < until ? expiresAt : until;
}

function requestTime(command: RequestTime, context: Context): Decision<Requested> {
  const refusal = refuseRange(command);
  if (refusal !== undefined) return refusal;
  const id = command.appointmentId ?? context.newId();
  const asked = createAppointment(waiting(command, command, {}), id, context);
  return decided([asked], { appointment: asked.record, slots: [] });
}

function waiting(
  { providerId, facilityId, ...slot }: Pick<Slot, "providerId" | "facilityId" | "start" | "end">,
  { subjectId, start = slot.start, end = slot.end, expiresAt, metadata }: RequestSlot | RequestTime,
  asked: Partial<AppointmentRequest>,
) {
  const owned = { providerIds: [providerId], slotIds: [] };
  const request: AppointmentRequest = { ...emptyRequest, ...asked, expiresAt: expiresAt ?? null };
  return { subjectId, providerId, facilityId, start, end, status: "scheduled", ...owned, metadata, request } as const;
}
