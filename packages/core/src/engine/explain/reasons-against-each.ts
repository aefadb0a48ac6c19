import { type Refusal, refuse } from "../../errors/index.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { refuseTaken, slotKey } from "../../rules/find.ts";
import { conceal } from "../conceal.ts";
import { forbid } from "../decide.ts";
import { ownHoldsOn } from "../own-holds.ts";
import { type PreviewReason, reasonInItsZone, reasonToShow } from "../preview/preview.ts";
import { reasonsAgainst } from "../preview/reasons.ts";
import { createRecords, type Records } from "../records.ts";
import { type Booker, type BookingOfSlot, bookingOfSlot, imaginedBookings } from "../sight/booking.ts";
import { type SurveyOf, surveyAround } from "../sight/survey.ts";
import { hiddenFrom, showInList } from "../visible.ts";
import type { Asking } from "./asking.ts";

/** A slot, and all that speaks against offering it. */
export interface Explained {
  readonly slot: Slot;
  readonly reasons: readonly PreviewReason[];
  /** Whether the caller holds it. */
  readonly isOwn: boolean;
}

/**
 * What speaks against each of these slots. Those that the actor may not know of are left out.
 * @param time The part of them that is wanted. Default: all of each.
 */
export async function reasonsAgainstEach(
  asking: Asking,
  slots: readonly Slot[],
  time?: TimeRange,
): Promise<readonly Explained[]> {
  const { booker } = asking;
  const explained = await (booker === undefined
    ? takenOrFree(asking, slots)
    : bookableOrNot(asking, booker, slots, time && { start: time.start, end: time.end }));
  return Promise.all(explained.map((one) => unlessListed(asking, one)));
}

/** Nobody is to book it yet, so only its state counts. */
async function takenOrFree(asking: Asking, slots: readonly Slot[]): Promise<readonly Explained[]> {
  const { settings, own, now, until } = asking;
  const explained: Explained[] = [];
  for (const stored of slots) {
    const slot = slotAsOf(stored, now);
    if ((await hiddenFrom(settings, { action: "read", now, record: slot })) === undefined) continue;
    const isOwn = (await ownHoldsOn(settings, own, slot, now)) !== undefined;
    const taken = isOwn ? undefined : refuseTaken(slot);
    const reasons = taken === undefined ? [] : [await reasonInItsZone(settings, taken, aboutSlot(slot), until)];
    explained.push({ slot, reasons, isOwn });
  }
  return explained;
}

/** As a preview of the booking decides, on what a search reads. */
async function bookableOrNot(
  asking: Asking,
  booker: Booker,
  slots: readonly Slot[],
  time: TimeRange | undefined,
): Promise<readonly Explained[]> {
  const { settings, own, now, until } = asking;
  const imagined = imaginedBookings(settings, booker, now, time);
  const known: Known[] = [];
  for (const slot of slots) {
    const records = recordsOf(slot);
    const ofHolder = await ownHoldsOn(settings, own, slotAsOf(slot, now), now);
    const asked = bookingOfSlot(imagined, slot, ofHolder);
    const said = forbid(settings, asked.booking, records.seen, asked.context);
    const forbidden = said && (await conceal(settings, asked.booking, asked.context, records, said));
    // What is another's must look as what is absent, and cost no further read.
    if (!records.isConcealed(slotKey(slot.id)))
      known.push({ ...asked, slot, records, forbidden, isOwn: ofHolder !== undefined });
  }
  const allowed = known.flatMap(({ slot, forbidden }) => (forbidden === undefined ? [slot] : []));
  const surveyOf = await surveyAround(settings, allowed, { ...booker, now }, until);
  return Promise.all(known.map((one) => against(asking, one, surveyOf)));
}

/** What is known of a slot before it is decided. */
interface Known extends BookingOfSlot, Omit<Explained, "reasons"> {
  readonly records: Records;
  readonly forbidden: Refusal | undefined;
}

async function against({ settings, until }: Asking, known: Known, surveyOf: SurveyOf): Promise<Explained> {
  const { slot, records, forbidden, booking, context, isOwn } = known;
  const { seen } = records;
  seen.around = surveyOf(slot);
  const decided = forbidden === undefined ? reasonsAgainst(settings, booking, seen, context) : [forbidden];
  const refusals = "result" in decided ? [] : decided;
  const about = { ...booking, seen };
  const reasons = refusals.map((refusal) => reasonToShow(settings, refusal, about, context, until));
  return { slot, reasons: await Promise.all(reasons), isOwn };
}

function recordsOf(slot: Slot): Records {
  const records = createRecords();
  records.set(slotKey(slot.id), slot);
  return records;
}

/** A search leaves out what `authorize` keeps from lists, also if it could be booked. */
async function unlessListed(asking: Asking, explained: Explained): Promise<Explained> {
  if (explained.reasons.length > 0) return explained;
  return { ...explained, reasons: await unlistedReason(asking, explained.slot) };
}

/** Why a slot is in no list of the actor. Empty if it is in some. */
export async function unlistedReason({ settings, now, until }: Asking, slot: Slot): Promise<readonly PreviewReason[]> {
  const { actor } = settings;
  const isListed = showInList<Slot>(settings, {}, now);
  if (actor === undefined || isListed === undefined) return [];
  if ((await isListed(slotAsOf(slot, now))) !== undefined) return [];
  const problem = "It is not in the lists that you see.";
  const refusal = refuse("forbidden", { command: "book", actorId: actor.id, problem });
  return [await reasonInItsZone(settings, refusal, aboutSlot(slot), until)];
}

const aboutSlot = (slot: Slot) => ({ name: "book" as const, command: {}, seen: recordsOf(slot).seen });
