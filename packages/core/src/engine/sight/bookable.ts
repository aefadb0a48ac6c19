import { openSeatOf } from "../../model/open-slot.ts";
import type { Slot } from "../../model/slot.ts";
import { isRefusal, type Seen } from "../../rules/decision.ts";
import type { Survey } from "../../rules/sight.ts";
import { decide } from "../decide.ts";
import type { ReadSeats, Search } from "../find-open.ts";
import type { EngineSettings } from "../options.ts";
import { afterItem } from "../reads.ts";
import { retryReads } from "../retry.ts";
import { showInList } from "../visible.ts";
import { type Reading, visiblePart } from "../visible-page.ts";
import { type Booker, imaginedBookings } from "./booking.ts";
import { type SurveyOf, surveyAround } from "./survey.ts";

/**
 * Seats that the actor could book for the subject at this instant. `authorize`, the rule and the policies decide, as for
 * the booking itself, about what was read with each part of the list.
 */
export const bookableSeats =
  (settings: EngineSettings, booker: Booker): ReadSeats =>
  async (search, after, limit) => {
    const { asOf, descending, ...filters } = search;
    const surveys = new Map<string, Survey>();
    const list: Reading<Slot> = {
      limit,
      async read(last, limit) {
        const { slots, surveyOf } = await readPart(settings, booker, { ...search, ...afterItem(last ?? after), limit });
        for (const slot of slots) {
          const survey = surveyOf(slot);
          if (survey !== undefined) surveys.set(slot.id, survey);
        }
        return slots;
      },
    };
    const isListed = showInList<Slot>(settings, filters, asOf);
    const couldBook = bookingOf(settings, booker, asOf);
    const { items, last } = await visiblePart(list, async (slot) => {
      if (!couldBook(slot, surveys.get(slot.id))) return undefined;
      return isListed === undefined || (await isListed(slot)) !== undefined ? slot : undefined;
    });
    return { seats: items.map(openSeatOf), next: last };
  };

/** Some of the slots, and what lies around them. */
function readPart(
  settings: EngineSettings,
  { actor, subjectId }: Booker,
  search: Search & { readonly limit: number },
): Promise<{ readonly slots: readonly Slot[]; readonly surveyOf: SurveyOf }> {
  const query = { ...search, statuses: ["available"] as const, displayOnly: true };
  return retryReads(settings, async (until) => {
    const slots = await settings.storage.findSlots(query, until);
    const searcher = { actor, subjectId, now: search.asOf };
    return { slots, surveyOf: await surveyAround(settings, slots, searcher, until) };
  });
}

/** Decides the booking of one slot after the other. */
function bookingOf(settings: EngineSettings, booker: Booker, now: Date) {
  const { context, bookingOf } = imaginedBookings(settings, booker, now);
  const none = () => undefined;
  return (slot: Slot, around: Survey | undefined): boolean => {
    const seen: Seen = {
      slot: (id) => (id === slot.id ? slot : undefined),
      schedule: none,
      appointment: none,
      availability: none,
      found: [],
      around,
    };
    return !isRefusal(decide(settings, bookingOf(slot.id), seen, context));
  };
}
