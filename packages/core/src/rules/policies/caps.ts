import { dateOf, localDay } from "../../model/local-date.ts";
import { askedTimes } from "../outline.ts";
import type { Policy } from "../policy.ts";
import type { Neighbour, OfSubject } from "../sight.ts";
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
import { takenSlots } from "./times.ts";

/**
 * No period of so many minutes has more appointments of a subject than that, by their starts, before and after alike.
 * Requests that wait for a provider count, and so do appointments that have taken place.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * // Two in any seven days.
 * const policies = [maximumAppointments({ count: 2, minutes: 7 * 24 * 60 })];
 * ```
 */
export function maximumAppointments(options: MaximumAppointmentsOptions): Policy {
  const [count, minutes] = [checkedCount(options), checkedPeriod(options)];
  const { withOneProvider = false } = options;
  return {
    name: "maximum_appointments",
    ...audienceIn(options),
    sees: { subject: { beforeMinutes: minutes, afterMinutes: minutes } },
    check({ command, appointments: [wanted], ofSubject }) {
      if (wanted === undefined) return undefined;
      const others = ofSubject.filter(({ providerId }) => !withOneProvider || providerId === wanted.providerId);
      const times = askedTimes(command, wanted);
      if (!times.some(({ start }) => isCrowded(start, others, count, minutes * minuteMs))) return undefined;
      const whom = withOneProvider ? " with one provider" : "";
      const problem = `This would be one too many. There can be ${counted(count, "appointment")}${whom} within ${inWords(minutes)}.`;
      return { problem, values: { count, minutes, withOneProvider } };
    },
  };
}

/** Whether some period with the wanted start in it has more than `count` starts. */
function isCrowded(wanted: Date, others: readonly OfSubject[], count: number, periodMs: number): boolean {
  const near = others.map(({ start }) => start.getTime() - wanted.getTime()).filter((ms) => Math.abs(ms) < periodMs);
  const starts = [...near, 0].sort((a, b) => a - b);
  return starts.some((first, index) => {
    const last = starts[index + count];
    return first <= 0 && last !== undefined && last >= 0 && last - first < periodMs;
  });
}

/**
 * A provider has at most so many appointments and holds on a local day of the schedule's zone. A slot counts on the day
 * on which it begins.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [maximumPerDay({ count: 20 })];
 * ```
 */
export function maximumPerDay(options: MaximumPerDayOptions): Policy {
  const count = checkedCount(options);
  return {
    name: "maximum_per_day",
    ...audienceIn(options),
    sees: { provider: { beforeMinutes: longestDay, afterMinutes: longestDay }, timeZone: true },
    check(proposal) {
      const zone = proposal.timeZone ?? "UTC";
      for (const { providerId, start } of takenSlots(proposal)) {
        const day = localDay(start, zone);
        const others = proposal.neighbours.filter(
          (one) => one.providerId === providerId && localDay(one.start, zone) === day,
        );
        if (numberOf(others) < count) continue;
        const problem = `This day is full. There can be ${counted(count, "appointment")} on a day.`;
        return { problem, values: { count, day: dateOf(day) } };
      }
      return undefined;
    },
  };
}

/** A day on which a zone goes back over the date line has 48 hours. */
const longestDay = 48 * 60;

/** An appointment may have several slots of one provider, and each hold is one. */
function numberOf(neighbours: readonly Neighbour[]): number {
  return new Set(neighbours.map(({ appointmentId, slotId }) => appointmentId ?? `held ${slotId}`)).size;
}
