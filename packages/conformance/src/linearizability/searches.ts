import type { Slot } from "@slotwright/core";
import type { VersionedRecord } from "@slotwright/core/adapter";
import { canonicalJson, isRefusal, parseCommand, type Rule, rules, type Seen, sha256 } from "@slotwright/core/checking";
import type { HistoryCall, ModelSettings, SearchName } from "./history.ts";
import { doneText, instantsWithin, type ModelCall } from "./model.ts";
import { lyingAround } from "./model-around.ts";
import { comparePlaces, isWanted, type Offer, type OfferPlace, offersIn, shownAs, slotsIn } from "./model-offers.ts";
import { type Records, withoutWatch, withWatch } from "./model-state.ts";
import { partsOf, type SearchInput, searchInput } from "./search-input.ts";

type SearchCall = HistoryCall & { readonly name: SearchName };

/** Whether the call says something about the order. What can be booked for a subject, only those can tell who know the policies. */
export function isJudged({ input, outcome }: SearchCall, { house }: ModelSettings): boolean {
  return outcome.status === "done" && !input.cursor && (input.subjectId === undefined || house !== undefined);
}

/**
 * A search takes its place in two halves: it begins as early, and ends as late, as the order allows, and what is stored in between
 * has to explain its answer. A page that one statement has read was so at one moment. The docs of `findOpen` and `findTimes` say
 * what others promise.
 */
export function searchCall(call: SearchCall, settings: ModelSettings): ModelCall {
  const judge = judgeOf(call, settings);
  return (state) => {
    const watch = state.tables.watches.get(call.id);
    if (watch === undefined) return { state: withWatch(state, call.id), isFree: true };
    const mismatch = judge(watch.seen);
    return mismatch === undefined ? { state: withoutWatch(state, call.id), isFree: true } : { mismatch };
  };
}

/** A page as it was told. */
interface Told {
  readonly items: readonly string[];
  readonly hasMore: boolean;
}

/** Undefined if what was stored one after the other explains the answer, or else what would have been answered at the end. */
function judgeOf(call: SearchCall, settings: ModelSettings) {
  const input = searchInput(call, settings);
  const told = toldBy(call);
  const bounds = [...new Set([call.returnedAt, call.calledAt])].map((at) => new Date(at));
  const looksAround = input.booker !== undefined && settings.house?.looksAround === true;
  return (seen: readonly Records[]): string | undefined => {
    if (told === undefined) return "a page";
    const instants = seen.flatMap((records) => instantsWithin(bounds, { tables: { records } }));
    const isCrowded = input.minutes === undefined && seen.some((records) => isMore(input, records));
    for (const now of new Map(instants.map((instant) => [instant.getTime(), instant])).values()) {
      const scene = sceneOf(input, settings, seen, now);
      if (looksAround || isCrowded ? explainsEach(scene, told) : explainsPage(scene, told)) return undefined;
    }
    const last = seen.length - 1;
    const scene = sceneOf(input, settings, seen, bounds[0] as Date);
    return doneText({ items: scene.offers({ hours: last, slots: last, provider: last, subject: last }).map(shownAs) });
  };
}

/** Undefined if it is no page. */
function toldBy({ outcome }: SearchCall): Told | undefined {
  const { items, nextCursor = null } = ("result" in outcome ? outcome.result : {}) as {
    readonly items?: readonly object[];
    readonly nextCursor?: string | null;
  };
  return items && { items: items.map((item) => canonicalJson(item)), hasMore: nextCursor !== null };
}

/** Whether there is more than one statement reads for the page. */
function isMore(input: SearchInput, records: Records): boolean {
  return slotsIn(records, new Date(0)).filter((slot) => isWanted(input, slot)).length > input.limit;
}

/** Which of what was seen each part of an answer rests on, by its number. */
interface Moments {
  readonly hours: number;
  readonly slots: number;
  /** What policies see of the provider's time, and of the subject's. */
  readonly provider: number;
  readonly subject: number;
}

interface Scene {
  readonly input: SearchInput;
  readonly seen: readonly Records[];
  readonly offers: (at: Moments) => readonly Offer[];
  /** The same for equal numbers: the first one from which on a part of what is stored did not change. */
  readonly same: Readonly<Record<keyof Moments, readonly number[]>>;
}

function sceneOf(input: SearchInput, settings: ModelSettings, seen: readonly Records[], now: Date): Scene {
  const known = new Map<string, readonly Offer[]>();
  const same = unchanged(input, seen);
  return {
    input,
    seen,
    same,
    offers(at) {
      const moments = (Object.keys(same) as (keyof Moments)[]).map((of) => same[of][at[of]] as number);
      const name = moments.join();
      const offers = known.get(name) ?? offersAt(at);
      known.set(name, offers);
      return offers;
    },
  };

  function offersAt(at: Moments): readonly Offer[] {
    const [hours, slots] = [seen[at.hours], seen[at.slots]] as [Records, Records];
    const offers = offersIn(input, hours, slots, now);
    const couldBook = bookingOf(input, settings, seen, at, now);
    return couldBook === undefined ? offers : offers.flatMap((offer) => bookable(offer, couldBook));
  }
}

function unchanged(input: SearchInput, seen: readonly Records[]): Scene["same"] {
  const isBooked = input.booker !== undefined;
  const ofKind = (kind: VersionedRecord["kind"]) => (records: Records) => {
    const versions = [...records.values()]
      .filter((one) => one.kind === kind)
      .map(({ id, version }) => `${id} ${version}`);
    return versions.sort().join("\n");
  };
  const firsts = (textOf: (records: Records) => string) => {
    const texts = seen.map(textOf);
    return texts.map((text) => texts.indexOf(text));
  };
  return {
    hours: firsts(input.minutes === undefined ? () => "" : ofKind("availability")),
    slots: firsts(ofKind("slot")),
    provider: firsts(isBooked ? ofKind("slot") : () => ""),
    subject: firsts(isBooked ? ofKind("appointment") : () => ""),
  };
}

type CouldBook = (offer: Offer, slot: Slot | undefined) => boolean;

/** What is left of an offer. */
function bookable(offer: Offer, couldBook: CouldBook): readonly Offer[] {
  if (offer.opening !== undefined) return couldBook(offer, undefined) ? [offer] : [];
  const slots = offer.slots.filter((slot) => couldBook(offer, slot));
  return slots.length === 0 ? [] : [{ ...offer, slots }];
}

/** Whether the booking would be made, as its rule and the policies decide. Undefined if it is not asked for anybody. */
function bookingOf(
  { booker, overlapScope }: SearchInput,
  { house }: ModelSettings,
  seen: readonly Records[],
  at: Moments,
  now: Date,
): CouldBook | undefined {
  if (booker === undefined) return undefined;
  const { actor, subjectId } = booker;
  const made = { newId: () => "new", newToken: () => "new" };
  const context = { now, command: { name: "book", id: "search" }, actor, reason: null, overlapScope, ...made } as const;
  const [ofProvider, ofSubject] = [seen[at.provider], seen[at.subject]] as [Records, Records];
  return (offer, slot) => {
    const hash = slot?.hold ? () => (slot.hold as { readonly tokenHash: string }).tokenHash : sha256;
    const command = parseCommand("book", { subjectId, ...wish(offer, slot) }, actor);
    const only = seenOf(offer, slot);
    const asked = { ...context, hash };
    const { around } = lyingAround({ tables: { records: ofProvider } }, command, only, asked);
    const of = lyingAround({ tables: { records: ofSubject } }, command, only, asked).around?.ofSubject ?? [];
    const surveyed = around && { ...around, ofSubject: of };
    const decision =
      house === undefined
        ? (rules.book as Rule<unknown, object>).decide(command, only, asked)
        : house.decide("book", command, { ...only, around: surveyed }, asked);
    return !isRefusal(decision);
  };
}

/** The slot, with a token for one that is held: that it is the caller's has been seen. */
function wish({ providerId, facilityId, start, end }: Offer, slot: Slot | undefined): object {
  if (slot === undefined) return { providerId, facilityId, start, end };
  return slot.hold === null ? { slotId: slot.id } : { slotId: slot.id, holdToken: "its own" };
}

function seenOf({ opening }: Offer, slot: Slot | undefined): Seen {
  const none = () => undefined;
  return {
    slot: (id) => (id === slot?.id ? slot : undefined),
    schedule: none,
    appointment: none,
    availability: (id) => (id === opening?.hours.id ? opening?.hours : undefined),
    found: [],
    ...(opening && { obstacles: opening.stored }),
  };
}

const texts = (offers: readonly Offer[]): readonly string[] => offers.map((offer) => canonicalJson(shownAs(offer)));

/** Whether the page was so at one moment or, of times, each part of it at one, by hours that were read before. */
function explainsPage(scene: Scene, told: Told): boolean {
  const moments = scene.seen.map((_, moment) => moment);
  if (scene.input.minutes === undefined) return moments.some((moment) => isPage(scene, moment, told));
  return moments.some((hours) => scene.same.hours[hours] === hours && explainsParts(scene, hours, told));
}

function isPage({ offers }: Scene, moment: number, { items, hasMore }: Told): boolean {
  const at = { hours: moment, slots: moment, provider: moment, subject: moment };
  return !hasMore && isEqual(texts(offers(at)), items);
}

const isEqual = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((text, index) => text === others[index]);

/** Each part at the first moment that explains it: the later ones have most to choose from then. */
function explainsParts(scene: Scene, hours: number, { items, hasMore }: Told): boolean {
  const { input, seen, offers } = scene;
  let [moment, told] = [hours, 0];
  for (const [from, to] of partsOf(input)) {
    const isIn = ({ start }: { readonly start: Date }) => Number(start) >= from && Number(start) < to;
    const wanted = items.filter((text) => isIn(placeOf(text)));
    told += wanted.length;
    const found = seen.map((_, at) =>
      at < moment ? undefined : texts(offers({ hours, slots: at, provider: at, subject: at }).filter(isIn)),
    );
    // The page is full, and one more was found.
    const isFull = (some: readonly string[] | undefined) =>
      some !== undefined && some.length > wanted.length && isEqual(some.slice(0, wanted.length), wanted);
    if (hasMore && told === items.length && told === input.limit && found.some(isFull)) return true;
    moment = found.findIndex((some) => some !== undefined && isEqual(some, wanted));
    if (moment < 0) return false;
  }
  return !hasMore && told === items.length;
}

/**
 * Whether each item was on offer, by hours that were read first, slots that were read after them, and surroundings that were read
 * last; and whether nothing is missing that was on offer all the while.
 */
function explainsEach(scene: Scene, { items, hasMore }: Told): boolean {
  const [first = [], ...others] = [...momentsOf(scene)].map((at) => texts(scene.offers(at)));
  const ever = new Set([first, ...others].flat());
  const always = first.filter((text) => others.every((some) => some.includes(text)));
  const sign = scene.input.descending ? -1 : 1;
  const isBefore = (one: string, other: string) => sign * comparePlaces(placeOf(one), placeOf(other)) < 0;
  const inOrder = items.every((text, index) => index === 0 || isBefore(items[index - 1] as string, text));
  const end = items.at(-1);
  const isDue = (text: string) => !hasMore || (end !== undefined && isBefore(text, end));
  return (
    inOrder && items.every((text) => ever.has(text)) && always.every((text) => !isDue(text) || items.includes(text))
  );
}

function* momentsOf({ seen, same }: Scene): Generator<Moments> {
  const distinct = (of: keyof Moments, from: number) => {
    const later = seen.map((_, moment) => moment).slice(from);
    return later.filter((moment) => later.find((other) => same[of][other] === same[of][moment]) === moment);
  };
  for (const hours of distinct("hours", 0)) {
    for (const slots of distinct("slots", hours)) {
      for (const provider of distinct("provider", slots)) {
        for (const subject of distinct("subject", slots)) yield { hours, slots, provider, subject };
      }
    }
  }
}

/** Where an item of an answer stands. */
function placeOf(text: string): OfferPlace {
  const { start, slotId, providerId } = JSON.parse(text) as {
    readonly start: string;
    readonly slotId: string | null;
    readonly providerId: string;
  };
  return { start: new Date(start), isComputed: slotId === null, id: slotId ?? providerId };
}
