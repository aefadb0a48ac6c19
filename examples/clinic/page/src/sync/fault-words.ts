import type { ShownAppointment, ShownSlot } from "@slotwright/client";
import type { Finding } from "@slotwright/core";
import type { Names } from "../directory/names.ts";
import { formatRange, formatShortDay } from "../time/format.ts";

/** What a finding is about. What is not known is gone, or never was. */
export interface About {
  readonly slot: ShownSlot | undefined;
  /** The slot that the first one overlaps. */
  readonly other: ShownSlot | undefined;
  readonly appointment: ShownAppointment | undefined;
  readonly names: Names;
}

interface Words {
  /** What is wrong. */
  readonly problem: (about: About) => string;
  /** What the repair does, and what it has done; or, where there is none, what a person must decide. */
  readonly repair?: (about: About) => string;
  readonly done?: string;
  readonly decide?: (about: About) => string;
}

const becomesFree = "The slot becomes free.";
const isFree = "The slot is free again.";
/** What is booked is freed. What somebody has blocked stays blocked. */
const freed = ({ slot }: About): string =>
  slot === undefined || slot.status === "booked" ? becomesFree : "The slot no longer names the appointment.";

/** The engine's faults, for the people of a clinic. */
export const faultWords: Readonly<Record<Finding["kind"], Words>> = {
  booked_without_appointment: {
    problem: () => "The slot is booked, but not for anybody.",
    repair: () => becomesFree,
    done: isFree,
  },
  appointment_missing: {
    problem: () => "The slot is booked for an appointment that does not exist.",
    repair: freed,
    done: "The slot no longer names an appointment that does not exist.",
  },
  appointment_ended: {
    problem: (about) => `The slot is still booked for ${whoOf(about)}, whose appointment ${endOf(about)}.`,
    repair: freed,
    done: "The slot is no longer kept for an appointment that has ended.",
  },
  linked_but_not_booked: {
    problem: (about) => `The slot names the appointment of ${whoOf(about)}, but is ${stateOf(about.slot)}.`,
    decide: (about) => `Does ${whoOf(about)} have this slot?`,
  },
  appointment_only_scheduled: {
    problem: (about) => `The slot is booked for ${whoOf(about)}, whose request has not been accepted.`,
    decide: (about) => `Does ${whoOf(about)} have this slot, or still wait?`,
  },
  slot_not_listed: {
    problem: (about) => `The slot is booked for ${whoOf(about)}, whose appointment does not count on it.`,
    decide: (about) => `Does the appointment of ${whoOf(about)} need this slot?`,
  },
  held_without_hold: {
    problem: () => "The slot is held, but not for anybody.",
    repair: () => becomesFree,
    done: isFree,
  },
  hold_without_held: {
    problem: ({ slot }) => `Somebody holds the slot, but it is ${stateOf(slot)}.`,
    repair: ({ slot }) => `The hold is removed. The slot stays ${stateOf(slot)}.`,
    done: "The hold was removed.",
  },
  time_range_invalid: {
    problem: ({ slot }) => `The ${slot === undefined ? "appointment" : "slot"} ends before or when it begins.`,
    decide: () => "When does it begin and end?",
  },
  time_mismatch: {
    problem: (about) => `The appointment of ${whoOf(about)}${timeOf(about)} does not lie within the slot.`,
    decide: () => "Which of the two times is right?",
  },
  schedule_mismatch: {
    problem: (about) => `The appointment of ${whoOf(about)}${placeOf(about)}, and the slot is not.`,
    decide: () => "With whom and where does it take place?",
  },
  provider_not_listed: {
    problem: (about) => `The appointment of ${whoOf(about)} does not name everybody whose slot it takes.`,
    repair: () => "Who is missing is added to the appointment.",
    done: "The appointment names everybody whose slot it takes.",
  },
  slot_overlap: {
    problem: ({ other, names }) => `The slot overlaps another one of the same provider${whenOf(other, names)}.`,
    decide: () => "Which of the two stays?",
  },
  appointment_without_slot: {
    problem: (about) =>
      about.slot === undefined
        ? `The appointment of ${whoOf(about)} has no slot.`
        : `The appointment of ${whoOf(about)} counts on this slot, which is not booked for it.`,
    decide: (about) => `Does ${whoOf(about)} come, and to which slot?`,
  },
  ended_appointment_lists_slots: {
    problem: (about) => `The appointment of ${whoOf(about)} ${endOf(about)}, and still claims its slot.`,
    repair: () => "The appointment gives up the slot.",
    done: "The appointment no longer claims a slot.",
  },
};

const whoOf = ({ appointment, names }: About): string =>
  appointment === undefined ? "somebody" : names.patient(appointment.subjectId);

const ends: Partial<Readonly<Record<ShownAppointment["status"], string>>> = {
  cancelled: "was cancelled",
  no_show: "was missed",
  declined: "was declined",
  scheduled: "has not been accepted",
};

const endOf = ({ appointment }: About): string => ends[appointment?.status ?? "cancelled"] ?? "is over";

const states = {
  available: "free",
  held: "held",
  booked: "booked",
  blocked: "blocked",
  withdrawn: "withdrawn",
} as const;

const stateOf = (slot: ShownSlot | undefined): string => (slot === undefined ? "gone" : states[slot.status]);

function timeOf({ appointment, names }: About): string {
  if (appointment === undefined) return "";
  const { start, end, facilityId } = appointment;
  const zone = names.zone(facilityId);
  return ` (${formatShortDay(start, zone)}, ${formatRange(start, end, zone)})`;
}

function placeOf({ appointment, names }: About): string {
  if (appointment === undefined) return " is elsewhere";
  return ` is with ${names.provider(appointment.providerId)} at ${names.facility(appointment.facilityId)}`;
}

function whenOf(slot: ShownSlot | undefined, names: Names): string {
  if (slot === undefined) return "";
  const zone = names.zone(slot.facilityId);
  return `: ${formatShortDay(slot.start, zone)}, ${formatRange(slot.start, slot.end, zone)}`;
}
