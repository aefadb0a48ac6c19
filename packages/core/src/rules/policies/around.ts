import { overlaps, type TimeRange } from "../../model/time-range.ts";
import { askedTimes } from "../outline.ts";
import type { Policy } from "../policy.ts";
import type { Neighbour } from "../sight.ts";
import { decidingByTimes, type OfferedTime, type TakenTime, type Times } from "./by-times.ts";
import {
  audienceIn,
  type BufferOptions,
  type BufferTimes,
  checkedBuffer,
  checkedExceptions,
  minuteMs,
  type PolicyOptions,
} from "./options.ts";
import { takenBesides, takenSlots } from "./times.ts";

/**
 * Time stays free around each slot that is held or booked. It holds from both sides: between two slots of a provider
 * lie at least the minutes after the earlier one and the minutes before the later one, whichever is more. Slots that
 * run side by side on one schedule, as the seats of a group do, need nothing between them. Two slots of one hold in a
 * row need it as well.
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
  const audience = audienceIn(options, "beforeMinutes", "afterMinutes", "except");
  const usual = checkedBuffer(options);
  const except = checkedExceptions(options.except);
  const most = Math.max(
    ...[usual, ...except].flatMap(({ beforeMinutes, afterMinutes }) => [beforeMinutes, afterMinutes]),
  );
  const timesOf = (place: Place): BufferTimes => except.find((one) => isFor(one, place)) ?? usual;
  const policy: Policy = {
    name: "buffer",
    ...audience,
    // What lies next to it may have the longer buffer.
    sees: { provider: { beforeMinutes: most, afterMinutes: most } },
    check(proposal) {
      for (const slot of takenSlots(proposal)) {
        const own = timesOf(slot);
        const close = takenBesides(slot, proposal).find((one) =>
          isTooClose({ ...slot, ...own }, { ...one, ...timesOf(one) }),
        );
        if (close !== undefined) return tooClose(own, close);
      }
      return undefined;
    },
  };
  return decidingByTimes(policy, () => {
    const known = new Map<Place, BufferTimes>();
    const knownFor = (place: Place) => {
      const times = known.get(place) ?? timesOf(place);
      known.set(place, times);
      return times;
    };
    // Made once for a search, and not for each slot, of which one takes a few hundred nanoseconds.
    let slot: OfferedTime | undefined;
    let own = usual;
    const isClose = (one: TakenTime) => {
      const wanted = slot as OfferedTime;
      if (one.place === wanted.place) return isNear(wanted, own, one, own, true);
      return isNear(wanted, own, one, knownFor(one.place), one.place.scheduleId === wanted.place.scheduleId);
    };
    return (offered) => {
      slot = offered;
      own = knownFor(offered.place);
      return !offered.taken.some(offered.start - most * minuteMs, offered.end + most * minuteMs, isClose);
    };
  });
}

type Place = Pick<Neighbour, "providerId" | "facilityId">;

const isFor = ({ providerId, facilityId }: Partial<Place>, place: Place): boolean =>
  (providerId === undefined || providerId === place.providerId) &&
  (facilityId === undefined || facilityId === place.facilityId);

type Buffered = TimeRange & BufferTimes & Pick<Neighbour, "scheduleId">;

function isTooClose(one: Buffered, other: Buffered): boolean {
  return isNear(timesIn(one), one, timesIn(other), other, one.scheduleId === other.scheduleId);
}

const timesIn = ({ start, end }: TimeRange): Times => ({ start: start.getTime(), end: end.getTime() });

/** Whether there is too little time between two slots of one provider. */
function isNear(one: Times, own: BufferTimes, other: Times, others: BufferTimes, isOfOneSchedule: boolean): boolean {
  if (one.start < other.end && other.start < one.end) return !isOfOneSchedule;
  const isEarlier = one.start < other.start;
  const wanted = isEarlier
    ? Math.max(own.afterMinutes, others.beforeMinutes)
    : Math.max(others.afterMinutes, own.beforeMinutes);
  const between = isEarlier ? other.start - one.end : one.start - other.end;
  return between < wanted * minuteMs;
}

function tooClose({ beforeMinutes, afterMinutes }: BufferTimes, { slotId }: Neighbour) {
  const problem = "This time is too close to another appointment, before or after it.";
  return { problem, values: { beforeMinutes, afterMinutes }, blockedBy: { kind: "slot", id: slotId } } as const;
}

/**
 * No subject has two appointments at the same time, with the same provider or others. A request counts until it expires.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [noOverlapOfSubject({ audience: ["self_service"] })];
 * ```
 */
export function noOverlapOfSubject(options: PolicyOptions = {}): Policy {
  const policy: Policy = {
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
  return decidingByTimes(policy, ({ ofSubject }) => ({ start, end }) => {
    return !ofSubject.some((one) => start < one.end && one.start < end);
  });
}
