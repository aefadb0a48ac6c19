import type { Appointment } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { TimeRange } from "../model/time-range.ts";
import { foundFor } from "./authorize.ts";
import type { Context, Seen } from "./decision.ts";
import { isComputed } from "./hours/computed.ts";
import { keptSlot } from "./kept-slot.ts";
import { availabilityKey } from "./set-availability.ts";
import { takingCommands } from "./sight.ts";
import type { WithTokens } from "./slot-for-time.ts";

/** The fields of the commands that take slots. */
interface Taking extends WithTokens {
  readonly appointmentId?: string | undefined;
  readonly slotId?: string | undefined;
  readonly alsoSlotIds?: readonly string[];
  readonly orSlotIds?: readonly string[];
  readonly subjectId?: string | undefined;
  readonly providerId?: string | undefined;
  readonly facilityId?: string | undefined;
  readonly start?: Date | undefined;
  readonly end?: Date | undefined;
  readonly ifNoSlot?: "refuse" | "schedule";
}

/** Where a command takes something, as far as it is known before it is decided. */
export interface TakenPlace {
  /** The slots that it takes, the primary one first. With a time, only further ones. */
  readonly slotIds: readonly string[];
  /** The time that a request asks for, or that a booking takes, in place of a primary slot, if there is none for it. */
  readonly time: (TimeRange & { readonly providerId: string; readonly facilityId: string }) | undefined;
  /** None for a hold. */
  readonly subjectId: string | undefined;
  /** Whether the slots are at different times, of which one is wanted. */
  readonly apart: boolean;
  /** The slots that an appointment has which is moved: those that it keeps, and those that it gives up. */
  readonly owned: readonly string[];
}

/** Commands after which more is booked or held than before, or for longer. */
const addingCommands: ReadonlySet<CommandName> = new Set([...takingCommands, "extend"] as CommandName[]);

/** Undefined as long as it is not known, and if the command has nothing to take. */
export function takenPlace(
  command: Taking,
  { seen, hasSearched }: { readonly seen: Seen; readonly hasSearched: boolean },
  context: Context,
): TakenPlace | undefined {
  const { name } = context.command;
  if (!addingCommands.has(name)) return undefined;
  const { slotId, alsoSlotIds = [] } = command;
  const appointment = seen.appointment(command.appointmentId ?? "");
  const owned = name === "reschedule" ? (appointment?.slotIds ?? []) : [];
  const at = (slotIds: readonly string[], more: Partial<TakenPlace> = {}): TakenPlace => {
    return { slotIds, time: undefined, subjectId: undefined, apart: false, owned, ...more };
  };
  if (name === "extend" || (name === "hold" && slotId !== undefined)) return at([slotId as string, ...alsoSlotIds]);
  const subjectId = name === "book" || name === "request" ? command.subjectId : appointment?.subjectId;
  // The appointment was not read yet, or there is none.
  if (subjectId === undefined && name !== "hold") return undefined;
  if (name === "acceptOffer") {
    const offer = appointment?.request?.offer;
    return offer ? at([offer.slotId], { subjectId }) : undefined;
  }
  if (slotId !== undefined) {
    const { orSlotIds = [] } = command;
    return at([slotId, ...orSlotIds, ...alsoSlotIds], { subjectId, apart: orSlotIds.length > 0 });
  }
  const wished = name === "accept" ? (appointment?.request?.wishes ?? []) : [];
  if (wished.length > 0) return at([...wished.map((wish) => wish.slotId), ...alsoSlotIds], { subjectId, apart: true });
  // What is moved stays at its place, and may stay in its slot.
  const moved = name === "reschedule" ? movedTo(command, appointment) : undefined;
  const kept = moved && appointment && keptSlot(appointment, moved, seen);
  if (kept !== undefined) return at([kept.id], { subjectId });
  if (name !== "request" && !hasSearched) return undefined;
  const found = foundFor(seen, context);
  if (found !== undefined) return at([found, ...alsoSlotIds], { subjectId });
  const { ifNoSlot } = command;
  // A request has its time, and is accepted at it.
  const { providerId, facilityId, start, end } = (name === "accept" ? appointment : moved) || command;
  if (!providerId || !facilityId || !start || !end) return undefined;
  if (name !== "request" && ifNoSlot !== "schedule" && !hasComputed({ providerId, facilityId }, seen)) return undefined;
  return at(alsoSlotIds, { time: { providerId, facilityId, start, end }, subjectId });
}

function movedTo({ start, end, holdToken }: Taking, appointment: Appointment | undefined) {
  if (appointment === undefined || start === undefined || end === undefined) return undefined;
  const { providerId, facilityId } = appointment;
  return { providerId, facilityId, start, end, holdToken };
}

function hasComputed(place: { readonly providerId: string; readonly facilityId: string }, seen: Seen): boolean {
  const availability = seen.availability(availabilityKey(place).id);
  return availability !== undefined && isComputed(availability);
}
