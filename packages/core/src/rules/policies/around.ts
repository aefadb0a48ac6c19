import { overlaps, type TimeRange } from "../../model/time-range.ts";
import { askedTimes } from "../outline.ts";
import type { Policy } from "../policy.ts";
import type { Neighbour } from "../sight.ts";
import {
  audienceIn,
  type BufferOptions,
  type BufferTimes,
  checkedBuffer,
  minuteMs,
  type PolicyOptions,
} from "./options.ts";
import { takenSlots } from "./times.ts";

/**
 * Time stays free around each slot that is held or booked. It holds from both sides: between two slots of a provider
 * lie at least the minutes after the earlier one and the minutes before the later one, whichever is more. Slots that
 * run side by side on one schedule, as the seats of a group do, need nothing between them.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * // Ten minutes to write things down, and a quarter of an hour in the operating room.
 * const except = [{ providerId: "room-1", beforeMinutes: 15, afterMinutes: 15 }];
 * const policies = [buffer({ beforeMinutes: 0, afterMinutes: 10, except })];
 * ```
 */
export function buffer(options: BufferOptions): Policy {
  const usual = checkedBuffer(options);
  const except = (options.except ?? []).map((one, index) => ({ ...one, ...checkedBuffer(one, `except.${index}.`) }));
  const most = Math.max(
    ...[usual, ...except].flatMap(({ beforeMinutes, afterMinutes }) => [beforeMinutes, afterMinutes]),
  );
  const timesOf = (place: Place): BufferTimes => except.find((one) => isFor(one, place)) ?? usual;
  return {
    name: "buffer",
    ...audienceIn(options),
    // What lies next to it may have the longer buffer.
    sees: { provider: { beforeMinutes: most, afterMinutes: most } },
    check(proposal) {
      for (const slot of takenSlots(proposal)) {
        const own = timesOf(slot);
        const close = proposal.neighbours.find((one) => isTooClose({ ...slot, ...own }, { ...one, ...timesOf(one) }));
        if (close !== undefined) return tooClose(own, close);
      }
      return undefined;
    },
  };
}

type Place = Pick<Neighbour, "providerId" | "facilityId">;

const isFor = ({ providerId, facilityId }: Partial<Place>, place: Place): boolean =>
  (providerId === undefined || providerId === place.providerId) &&
  (facilityId === undefined || facilityId === place.facilityId);

type Buffered = TimeRange & BufferTimes & Pick<Neighbour, "providerId" | "scheduleId">;

function isTooClose(one: Buffered, other: Buffered): boolean {
  if (one.providerId !== other.providerId) return false;
  if (overlaps(one, other)) return one.scheduleId !== other.scheduleId;
  const [earlier, later] = one.start < other.start ? [one, other] : [other, one];
  const wanted = Math.max(earlier.afterMinutes, later.beforeMinutes) * minuteMs;
  return later.start.getTime() - earlier.end.getTime() < wanted;
}

function tooClose({ beforeMinutes, afterMinutes }: BufferTimes, { slotId }: Neighbour) {
  const problem = "This time is too close to another appointment, before or after it.";
  return { problem, values: { beforeMinutes, afterMinutes }, blockedBy: { kind: "slot", id: slotId } } as const;
}

/**
 * No subject has two appointments at the same time, whoever they are with. A request that waits for a provider counts.
 *
 * @example
 * ```ts
 * const policies = [noOverlapOfSubject({ audience: ["self_service"] })];
 * ```
 */
export function noOverlapOfSubject(options: PolicyOptions = {}): Policy {
  return {
    name: "no_overlap_of_subject",
    ...audienceIn(options),
    sees: { subject: { beforeMinutes: 0, afterMinutes: 0 } },
    check({ command, appointments, ofSubject }) {
      const times = appointments.flatMap((one) => askedTimes(command, one));
      const other = ofSubject.find((one) => times.some((time) => overlaps(time, one)));
      if (other === undefined) return undefined;
      const problem = "There is another appointment at this time already.";
      return { problem, blockedBy: { kind: "appointment", id: other.appointmentId } };
    },
  };
}
