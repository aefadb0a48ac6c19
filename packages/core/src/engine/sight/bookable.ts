import { type Slot, slotAsOf } from "../../model/slot.ts";
import { isRefusal, type Seen } from "../../rules/decision.ts";
import type { Survey } from "../../rules/sight.ts";
import type { SlotQuery } from "../../storage/adapter.ts";
import { decide } from "../decide.ts";
import type { ReadSeats, Search } from "../find-open.ts";
import type { EngineSettings } from "../options.ts";
import { type OwnHolds, offeredStatuses, seatFor } from "../own-holds.ts";
import { afterItem } from "../reads.ts";
import { retryReads } from "../retry.ts";
import { type Reading, visiblePart } from "../visible-page.ts";
import { type Booker, bookingOfSlot, imaginedBookings } from "./booking.ts";
import { type SeatSource, seatsOfStorage } from "./seat-source.ts";
import type { SurveyOf } from "./survey.ts";

/**
 * Seats that the actor could book for the subject at this instant. `authorize`, the rule and the policies decide, as for
 * the booking itself, about what was read with each part of the list.
 */
export const bookableSeats =
  (settings: EngineSettings, booker: Booker, own?: OwnHolds, source = seatsOfStorage(settings)): ReadSeats =>
  async (search, after, limit) => {
    const { asOf, descending, ...filters } = search;
    const statuses = offeredStatuses(own);
    const surveys = new Map<string, Survey>();
    const list: Reading<Slot> = {
      limit,
      async read(last, limit) {
        const { slots, surveyOf } = await readPart(settings, source, booker, {
          ...search,
          ...afterItem(last ?? after),
          statuses,
          limit,
        });
        for (const slot of slots) {
          const survey = surveyOf(slot);
          if (survey !== undefined) surveys.set(slot.id, survey);
        }
        return slots;
      },
    };
    const seatOf = seatFor(settings, own, filters, asOf);
    const couldBook = bookingOf(settings, booker, asOf, own);
    const { items, last } = await visiblePart(list, async (slot) =>
      source.allows?.(slot) !== false && couldBook(slotAsOf(slot, asOf), surveys.get(slot.id))
        ? seatOf(slot)
        : undefined,
    );
    return { seats: items, next: last };
  };

/** Some of the slots, and what lies around them. */
function readPart(
  settings: EngineSettings,
  source: SeatSource,
  { actor, subjectId }: Booker,
  query: Search & Pick<SlotQuery, "statuses" | "limit">,
): Promise<{ readonly slots: readonly Slot[]; readonly surveyOf: SurveyOf }> {
  return retryReads(settings, async (until) => {
    const slots = await source.findSlots({ ...query, displayOnly: true }, until);
    const searcher = { actor, subjectId, now: query.asOf };
    return { slots, surveyOf: await source.surveyAround(slots, searcher, until) };
  });
}

/** Decides the booking of one slot after the other. */
function bookingOf(settings: EngineSettings, booker: Booker, now: Date, own: OwnHolds | undefined) {
  const imagined = imaginedBookings(settings, booker, now);
  const none = () => undefined;
  return (slot: Slot, around: Survey | undefined): boolean => {
    if (slot.hold !== null && own?.proofOf(slot.hold) === undefined) return false;
    const seen: Seen = {
      slot: (id) => (id === slot.id ? slot : undefined),
      schedule: none,
      appointment: none,
      availability: none,
      found: [],
      around,
    };
    const { booking, context } = bookingOfSlot(imagined, slot, own);
    return !isRefusal(decide(settings, booking, seen, context));
  };
}
