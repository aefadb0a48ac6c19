import { allows, appointmentTransitions, type HostCommandName } from "@slotwright/core/client";
import { instantOf } from "../calls/dates.ts";
import {
  appointmentBecomes,
  asked,
  changedOnly,
  type Effect,
  endOf,
  holdUntil,
  inputOf,
  newAppointment,
  owning,
  ownOf,
  slotBecomes,
  taken,
  timesIn,
} from "./effect-parts.ts";
import { namedSlots, type PendingCommand } from "./pending.ts";
import type { ClientRecord, Seen } from "./records.ts";
import { accept, acceptOffer, agreed, declineOffer, ended, offer, request } from "./request-effects.ts";

/**
 * The records that a command would change, with the versions that they have: the next version is the server's to give.
 * One that the tables do not allow on what is shown changes nothing, and the server's answer will say why. Effects that
 * the store has already from the server are not repeated: the tables have hardly a way from a state to itself, and what the
 * feed has brought with the command itself is left out.
 */
export const effectOf: Effect = (command, seen, now) => {
  const { start, end, expiresAt } = inputOf(command);
  // What a local time means is the server's to say.
  if ([start, end, expiresAt].some((at) => at && !instantOf(at).getTime())) return [];
  return effects[command.name](command, seen, now);
};

const slotTo =
  (status: "available" | "blocked"): Effect =>
  (command, seen) =>
    slotBecomes(command, seen, status, null);

const appointmentTo =
  (status: "checked_in" | "completed"): Effect =>
  (command, seen) =>
    appointmentBecomes(command, seen, { status });

const effects: Readonly<Record<HostCommandName, Effect>> = {
  // The store holds slots and appointments.
  setAvailability: () => [],
  // Its slots get their schedule, their seats and, as a rule, their ids from the server.
  createSlots: () => [],
  block: slotTo("blocked"),
  unblock: slotTo("available"),
  hold(command, seen, now) {
    const { seconds = 300, holderId } = inputOf(command);
    return slotBecomes(command, seen, "held", holdUntil(endOf(now, seconds), holderId));
  },
  // How long it will last is the server's to say.
  extend: () => [],
  release: slotTo("available"),
  breakHold: (command, seen) => slotBecomes(command, seen, inputOf(command).block ? "blocked" : "available", null),
  book,
  request,
  accept,
  decline: ended("declined"),
  offer,
  acceptOffer,
  declineOffer,
  reschedule,
  checkIn: appointmentTo("checked_in"),
  complete: appointmentTo("completed"),
  markNoShow: ended("no_show"),
  cancel: ended("cancelled"),
};

function book(command: PendingCommand, seen: Seen, now: number): readonly ClientRecord[] {
  const ids = namedSlots(command.input);
  if (ids.length === 0) return asked(command, seen, now);
  const slots = taken(command, seen, ids);
  const [primary] = slots ?? [];
  if (!primary || !slots) return [];
  const changed = changedOnly(slots, seen);
  if (ownOf(command, seen)) return changed;
  if (!allows(appointmentTransitions, null, "confirmed", command.name)) return [];
  const { providerId, facilityId } = primary;
  const place = { providerId, facilityId, ...owning(slots) };
  return [...changed, { ...newAppointment(command, now), ...place, ...timesIn(command, primary) }];
}

function reschedule(command: PendingCommand, seen: Seen): readonly ClientRecord[] {
  const ids = namedSlots(command.input);
  const [first] = ids;
  return first ? agreed(command, seen, ids, timesIn(command, seen.slot(first))) : [];
}
