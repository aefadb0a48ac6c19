import { type Availability, availabilityIdOf } from "../../model/availability.ts";
import type { Slot } from "../../model/slot.ts";
import type { PlaceInTime } from "../../model/time-range.ts";
import type { Seen } from "../../rules/decision.ts";
import { isComputed, openingAt, seatsBeside } from "../../rules/hours/computed.ts";
import { type HoursVerdict, verdictOn } from "../../rules/hours/verdict.ts";
import type { Survey } from "../../rules/sight.ts";
import { forbid } from "../decide.ts";
import { imaginedSlot, seenForOpening } from "../free-times/candidates.ts";
import { type PreviewReason, reasonToShow } from "../preview/preview.ts";
import { reasonsAgainst } from "../preview/reasons.ts";
import { imaginedBookings } from "../sight/booking.ts";
import { surveyAround } from "../sight/survey.ts";
import { hiddenFrom } from "../visible.ts";
import type { Asking } from "./asking.ts";
import { unlistedReason } from "./reasons-against-each.ts";

/** The hours of a time's place, and what they say. */
export interface HoursAtTime {
  readonly hours: Availability | undefined;
  /** Null if there are no hours, or the actor may not see them. */
  readonly verdict: HoursVerdict | null;
}

export async function hoursAt({ settings, now, until }: Asking, time: PlaceInTime): Promise<HoursAtTime> {
  const key = { kind: "availability", id: availabilityIdOf(time.providerId, time.facilityId) } as const;
  const [record] = await settings.storage.loadToShow([key], until);
  if (record?.kind !== "availability") return { hours: undefined, verdict: null };
  const hidden = await hiddenFrom(settings, { action: "read", now, record });
  return { hours: record, verdict: hidden === undefined ? null : verdictOn(record, time) };
}

/** What speaks against the booking of a computed opening at this time. Undefined if there is none, or something is in its way. */
export async function reasonsAgainstOpening(
  asking: Asking,
  time: PlaceInTime,
  hours: Availability | undefined,
  across: () => Promise<readonly Slot[]>,
): Promise<readonly PreviewReason[] | undefined> {
  const opening = hours && isComputed(hours) ? openingAt(hours, time) : undefined;
  if (hours === undefined || opening === undefined) return undefined;
  const stored = await across();
  const free = seatsBeside(stored, time.facilityId)(opening);
  if (free === undefined) return undefined;
  const slot = imaginedSlot(asking.settings, time, hours, free.seat);
  const reasons = await reasonsAgainstBooking(asking, time, slot, (around) =>
    seenForOpening({ hours, stored }, around),
  );
  return reasons.length > 0 ? reasons : unlistedReason(asking, slot);
}

/**
 * What speaks against the booking of a time for which there is no slot, as a preview decides.
 * @param slot The one that it would make, or that is missing.
 */
export async function reasonsAgainstBooking(
  { settings, booker, now, until }: Asking,
  time: PlaceInTime,
  slot: Slot,
  seenWith: (around: Survey | undefined) => Seen,
): Promise<readonly PreviewReason[]> {
  if (booker === undefined) return [];
  const { context, bookingAt } = imaginedBookings(settings, booker, now);
  const booking = bookingAt(time);
  const surveyOf = await surveyAround(settings, [slot], { ...booker, now }, until);
  const seen = seenWith(surveyOf(slot));
  const forbidden = forbid(settings, booking, seen, context);
  const decided = forbidden === undefined ? reasonsAgainst(settings, booking, seen, context) : [forbidden.refusal];
  const refusals = "result" in decided ? [] : decided;
  const about = { ...booking, seen };
  return Promise.all(refusals.map((refusal) => reasonToShow(settings, refusal, about, context, until)));
}
