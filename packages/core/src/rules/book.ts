import type { z } from "zod";
import type { Appointment } from "../model/appointment.ts";
import type { bookSlotSchema, bookTimeSchema, Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import { chooseSlot } from "./choose-slot.ts";
import {
  type Change,
  type Context,
  createAppointment,
  type Decision,
  decided,
  isRefusal,
  type Rule,
  type Seen,
} from "./decision.ts";
import { appointmentKey, refuseTakenId, slotKey } from "./find.ts";
import { madeForOpening } from "./make-opening.ts";
import { type SlotToMake, slotForOpening } from "./open-seat.ts";
import { readsForTime, refuseTime, tokensIn } from "./slot-for-time.ts";
import { bookInto, type Claim, claimSlots, providersOf, refuseOtherSchedule, refuseRepeated } from "./take-slots.ts";
import { refuseRange } from "./time.ts";

type BookSlot = z.output<typeof bookSlotSchema>;
type BookTime = z.output<typeof bookTimeSchema>;

/** An appointment with its slots. */
export interface Booked extends Replayable {
  /** The appointment as it is now. */
  readonly appointment: Appointment;
  /** The slots that the appointment owns now. Empty if it is only `scheduled`. */
  readonly slots: readonly Slot[];
}

/** Creates an appointment and takes its slots in one step. */
export const book: Rule<Command<"book">, Booked> = {
  reads(command, seen, context) {
    const own = command.appointmentId === undefined ? [] : [appointmentKey(command.appointmentId)];
    if (!isBySlot(command)) return { keys: own, ...readsForTime(command, tokensIn(command), seen, context) };
    return { keys: [...own, ...[command.slotId, ...command.alsoSlotIds].map(slotKey)] };
  },

  decide: (command, seen, context) =>
    refuseTakenId(seen, command.appointmentId) ??
    (isBySlot(command) ? bookSlot(command, seen, context) : bookTime(command, seen, context)),
};

function isBySlot(command: Command<"book">): command is BookSlot {
  return command.slotId !== undefined;
}

function bookSlot(command: BookSlot, seen: Seen, context: Context): Decision<Booked> {
  const ids = [command.slotId, ...command.alsoSlotIds];
  const claimOf = ({ start, end }: Slot): Claim => ({
    start: command.start ?? start,
    end: command.end ?? end,
    holdTokens: tokensIn(command),
  });
  const primary = seen.slot(command.slotId);
  const refusal =
    refuseRepeated(ids) ?? (primary && (refuseOtherSchedule(primary, command) ?? refuseRange(claimOf(primary))));
  if (refusal !== undefined) return refusal;
  const slots = claimSlots(ids, claimOf, seen, context, command.ifVersion);
  return isRefusal(slots) ? slots : bookedInto(slots, command, claimOf, context);
}

function bookTime(command: BookTime, seen: Seen, context: Context): Decision<Booked> {
  const refusal = refuseRange(command);
  if (refusal !== undefined) return refusal;
  const found = chooseSlot(seen.found, context.command.id);
  const { providerId, facilityId, start, end, subjectId, metadata } = command;
  const holdTokens = tokensIn(command);
  if (found !== undefined) {
    const claimOf = () => ({ start, end, holdTokens });
    const slots = claimSlots([found.id], claimOf, seen, context);
    return isRefusal(slots) ? slots : bookedInto(slots, command, claimOf, context);
  }
  const opening = slotForOpening(command, seen, context);
  if (opening !== undefined) return bookOpening(opening, command, seen, context);
  if (command.ifNoSlot === "refuse" || holdTokens.length > 0) return refuseTime(command, holdTokens);
  const owned = { providerIds: [providerId], slotIds: [] };
  const asked = {
    subjectId,
    providerId,
    facilityId,
    start,
    end,
    status: "scheduled",
    ...owned,
    metadata,
    request: null,
  } as const;
  const change = createAppointment(asked, command.appointmentId ?? context.newId(), context);
  return decided([change], { appointment: change.record, slots: [] });
}

/** Makes the slot of a computed opening, booked. */
function bookOpening(opening: SlotToMake, command: BookTime, seen: Seen, context: Context): Decision<Booked> {
  const appointment = confirmed([opening], command, command, context);
  const { slot, beside } = madeForOpening(opening, appointment.record, seen, context);
  return decided([...beside, appointment, slot], {
    appointment: appointment.record,
    slots: [slot.record],
  });
}

function bookedInto(
  slots: readonly Slot[],
  command: BookSlot | BookTime,
  claimOf: (primary: Slot) => Claim,
  context: Context,
): Decision<Booked> {
  const appointment = confirmed(slots, command, claimOf(slots[0] as Slot), context);
  const taken = bookInto(slots, appointment.record.id, context);
  return decided([appointment, ...taken], {
    appointment: appointment.record,
    slots: taken.map(({ record }) => record),
  });
}

/** The appointment that owns these slots. */
function confirmed(
  slots: readonly SlotToMake[],
  { appointmentId, subjectId, metadata }: Pick<BookSlot, "appointmentId" | "subjectId" | "metadata">,
  { start, end }: TimeRange,
  context: Context,
): Change<Appointment> {
  const [{ providerId, facilityId }] = slots as readonly [SlotToMake];
  const owned = { providerIds: providersOf(slots), slotIds: slots.map(({ id }) => id) };
  const content = {
    subjectId,
    providerId,
    facilityId,
    start,
    end,
    status: "confirmed",
    ...owned,
    metadata,
    request: null,
  } as const;
  return createAppointment(content, appointmentId ?? context.newId(), context);
}
