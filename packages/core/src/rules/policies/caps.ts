import { dateOf, localDay } from "../../model/local-date.ts";
import type { ZoneClock } from "../../model/zone-clock.ts";
import { askedTimes } from "../outline.ts";
import type { Policy } from "../policy.ts";
import type { Neighbour } from "../sight.ts";
import { decidingByTimes, type OfferedTime, type Times } from "./by-times.ts";
import {
  audienceIn,
  checkedCount,
  checkedPeriod,
  counted,
  inWords,
  type MaximumAppointmentsOptions,
  type MaximumPerDayOptions,
  minuteMs,
} from "./options.ts";
import { takenBesides, takenSlots, zoneOfSlot } from "./times.ts";

/**
 * No period of so many minutes has more appointments of a subject than that, by their starts, before and after alike.
 * Requests count until they expire, and so do appointments that have taken place.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * // Two in any seven days.
 * const policies = [maximumAppointments({ count: 2, minutes: 7 * 24 * 60 })];
 * ```
 */
export function maximumAppointments(options: MaximumAppointmentsOptions): Policy {
  const audience = audienceIn(options, "count", "minutes", "withOneProvider");
  const [count, minutes] = [checkedCount(options), checkedPeriod(options)];
  const { withOneProvider = false } = options;
  const periodMs = minutes * minuteMs;
  const policy: Policy = {
    name: "maximum_appointments",
    ...audience,
    sees: { subject: { beforeMinutes: minutes, afterMinutes: minutes } },
    check({ command, appointments: [wanted], ofSubject }) {
      if (wanted === undefined) return undefined;
      const others = ofSubject.filter(({ providerId }) => !withOneProvider || providerId === wanted.providerId);
      const starts = others.map(({ start }) => start.getTime());
      const times = askedTimes(command, wanted);
      if (!times.some(({ start }) => isCrowded(start.getTime(), starts, count, periodMs))) return undefined;
      const whom = withOneProvider ? " with one provider" : "";
      const problem = `This would be one too many. There can be ${counted(count, "appointment")}${whom} within ${inWords(minutes)}.`;
      return { problem, values: { count, minutes, withOneProvider } };
    },
  };
  return decidingByTimes(policy, ({ ofSubject }) => {
    const all = ofSubject.map((one) => one.start);
    return ({ start, place }) => {
      const ofProvider = () => all.filter((_, index) => ofSubject[index]?.providerId === place.providerId);
      return !isCrowded(start, withOneProvider ? ofProvider() : all, count, periodMs);
    };
  });
}

/** Whether some period with the wanted start in it has more than `count` starts. */
function isCrowded(wanted: number, others: readonly number[], count: number, periodMs: number): boolean {
  if (others.length < count) return false;
  const near = others.map((start) => start - wanted).filter((ms) => Math.abs(ms) < periodMs);
  const starts = [...near, 0].sort((a, b) => a - b);
  return starts.some((first, index) => {
    const last = starts[index + count];
    return first <= 0 && last !== undefined && last >= 0 && last - first < periodMs;
  });
}

/**
 * A provider has at most so many appointments and holds on a local day of the schedule's zone. A slot counts on the day
 * on which it begins. An appointment counts once, and a hold once for each slot, which may be booked one by one. Of
 * several slots, each counts on the day of its own schedule.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [maximumPerDay({ count: 20 })];
 * ```
 */
export function maximumPerDay(options: MaximumPerDayOptions): Policy {
  const audience = audienceIn(options, "count");
  const count = checkedCount(options);
  const policy: Policy = {
    name: "maximum_per_day",
    ...audience,
    sees: { provider: { beforeMinutes: longestDay, afterMinutes: longestDay }, timeZone: true },
    check(proposal) {
      for (const slot of takenSlots(proposal)) {
        const zone = zoneOfSlot(slot, proposal);
        const day = localDay(slot.start, zone);
        const others = takenBesides(slot, proposal).filter((one) => !isOfOneAppointment(one, slot));
        if (numberOf(others.filter(({ start }) => localDay(start, zone) === day)) < count) continue;
        const problem = `This day is full. There can be ${counted(count, "appointment")} on a day.`;
        return { problem, values: { count, day: dateOf(day) } };
      }
      return undefined;
    },
  };
  return decidingByTimes(policy, () => {
    /** Slots of a provider come in the order of their starts, so only the last day of each is kept. */
    const known = new Map<object, { readonly zone: ZoneClock; readonly day: number; readonly hasRoom: boolean }>();
    return (offered) => {
      const { taken, zone, start } = offered;
      const [day, last] = [zone.dayAt(start), known.get(taken.key)];
      if (last !== undefined && last.day === day && last.zone === zone) return last.hasRoom;
      const now = { zone, day, hasRoom: hasRoom(offered, count) };
      known.set(taken.key, now);
      return now.hasRoom;
    };
  });
}

const dayMs = 24 * 60 * minuteMs;
/** Clocks have never been set back by more, but for the date line, which takes away or repeats a whole day. */
const setBackMs = 3 * 60 * minuteMs;

/** Whether the day on which the slot begins has less than `count` appointments and holds. */
function hasRoom({ start, zone, taken }: OfferedTime, count: number): boolean {
  const day = zone.dayAt(start);
  // Where clocks were set back over midnight, a day goes on after the next one has begun.
  const begin = zone.startAt(day * dayMs) - setBackMs;
  const end = zone.endAt((day + 1) * dayMs) + setBackMs;
  // Few appointments have several slots, so these are rarely told apart in vain.
  return taken.starting(begin, end) < count || !hasMany({ day, zone, start: begin, end, taken }, count);
}

interface OnDay extends Times, Pick<OfferedTime, "zone" | "taken"> {
  readonly day: number;
}

/** Whether there are that many appointments and holds on a day. */
function hasMany({ day, zone, start, end, taken }: OnDay, count: number): boolean {
  const appointments = new Set<number>();
  let held = 0;
  return taken.some(start, end, (one) => {
    if (zone.dayAt(one.start) !== day) return false;
    if (one.appointment === 0) held += 1;
    else appointments.add(one.appointment);
    return appointments.size + held >= count;
  });
}

/** A day on which a zone goes back over the date line has 48 hours. */
const longestDay = 48 * 60;

const isOfOneAppointment = (one: Owned, other: Owned): boolean =>
  one.appointmentId !== null && one.appointmentId === other.appointmentId;

type Owned = Pick<Neighbour, "appointmentId">;

/** An appointment may have several slots of one provider, and each hold is one. */
function numberOf(neighbours: readonly Neighbour[]): number {
  return new Set(neighbours.map(({ appointmentId, slotId }) => appointmentId ?? `held ${slotId}`)).size;
}
