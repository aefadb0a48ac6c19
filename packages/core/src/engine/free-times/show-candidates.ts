import type { Slot } from "../../model/slot.ts";
import { overlaps } from "../../model/time-range.ts";
import { isRefusal, type Seen } from "../../rules/decision.ts";
import type { Survey } from "../../rules/sight.ts";
import { decide } from "../decide.ts";
import type { EngineSettings } from "../options.ts";
import { retryReads } from "../retry.ts";
import { type Booker, bookingOfSlot, imaginedBookings } from "../sight/booking.ts";
import { showInList } from "../visible.ts";
import { type Candidate, seenForOpening, storedTime, type TimeSearch } from "./candidates.ts";
import type { ReadCandidates } from "./read-candidates.ts";
import type { TimeSource } from "./time-source.ts";

/** How the candidates of a search are read, and which of them the actor gets. */
export interface Shown {
  readonly read: ReadCandidates;
  /** Undefined if they get all of them. */
  readonly show: ((candidate: Candidate) => Promise<Candidate | undefined>) | undefined;
}

/** Which candidates are looked at, and where. */
export interface Looked {
  readonly source: TimeSource;
  readonly search: TimeSearch;
  readonly read: ReadCandidates;
}

/** Leaves out what the actor may not list and, if there is a booker, what they could not book at this instant. */
export function shownCandidates(
  settings: EngineSettings,
  { source, search, read }: Looked,
  booker: Booker | undefined,
): Shown {
  const { facilityId, providerIds, asOf } = search;
  const isListed = showInList<Slot>(settings, { facilityId, providerIds }, asOf);
  if (booker === undefined && isListed === undefined) return { read, show: undefined };
  const surveys = new Map<string, Survey>();
  const couldBook = booker === undefined ? () => true : bookingOf(settings, booker, search, surveys);
  // An actor who names a holder must be allowed to know who holds the slot.
  const isShown = async (slot: Slot): Promise<boolean> => {
    const shown = isListed === undefined ? slot : await isListed(slot);
    const proof = slot.hold === null ? undefined : search.own?.proofOf(slot.hold);
    return shown !== undefined && (proof !== "holder" || shown.hold !== null);
  };
  return {
    read: booker === undefined ? read : surveyed(settings, booker, { source, search, read }, surveys),
    async show(candidate) {
      const slots: Slot[] = [];
      for (const slot of candidate.slots()) {
        if (source.allows?.(slot) === false || !couldBook(candidate, slot)) continue;
        if (await isShown(slot)) slots.push(slot);
      }
      return withSlots(candidate, slots);
    },
  };
}

/** What is left of a candidate: these of its slots. */
export function withSlots(candidate: Candidate, slots: readonly Slot[]): Candidate | undefined {
  if (slots.length === 0) return undefined;
  return candidate.opening === undefined && candidate.time.mine === undefined ? storedTime(slots) : candidate;
}

/** Reads what lies around the candidates together with them. */
function surveyed(
  settings: EngineSettings,
  { actor, subjectId }: Booker,
  { source, search: { asOf: now }, read }: Looked,
  surveys: Map<string, Survey>,
): ReadCandidates {
  return async (limit) => {
    const part = await read(limit);
    const slots = part.flatMap((candidate) => candidate.slots());
    const surveyOf = await retryReads(settings, (until) =>
      source.surveyAround(slots, { actor, subjectId, now }, until),
    );
    for (const slot of slots) {
      const survey = surveyOf(slot);
      if (survey !== undefined) surveys.set(slot.id, survey);
    }
    return part;
  };
}

/** Decides the booking of one candidate after the other, by the rule of `book`, and of one that is held as its holder would book it. */
function bookingOf(
  settings: EngineSettings,
  booker: Booker,
  { asOf: now, own }: TimeSearch,
  surveys: ReadonlyMap<string, Survey>,
) {
  const imagined = imaginedBookings(settings, booker, now);
  const none = () => undefined;
  const nothing = { schedule: none, appointment: none, availability: none, found: [] };
  const only = (slot: Slot) => (id: string) => (id === slot.id ? slot : undefined);
  return ({ time, opening }: Candidate, slot: Slot): boolean => {
    const around = surveys.get(slot.id);
    const { booking, context } =
      opening === undefined
        ? bookingOfSlot(imagined, slot, own)
        : { booking: imagined.bookingAt(time), context: imagined.context };
    const seen: Seen =
      opening === undefined
        ? { ...nothing, around, slot: only(slot) }
        : seenForOpening({ ...opening, stored: opening.stored.filter((one) => overlaps(one, slot)) }, around);
    return !isRefusal(decide(settings, booking, seen, context));
  };
}
