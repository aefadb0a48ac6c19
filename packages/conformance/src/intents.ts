import fc from "fast-check";
import { minutes, place } from "./fixtures.ts";

/** A command with numbers instead of ids. The numbers pick from what exists when it runs. */
export interface Intent {
  readonly name:
    | "createSlots"
    | "setAvailability"
    | "publishSlots"
    | "importBusy"
    | "look"
    | "findOpen"
    | "findTimes"
    | "block"
    | "unblock"
    | "hold"
    | "holdTime"
    | "extend"
    | "release"
    | "breakHold"
    | "bookSlot"
    | "bookTime"
    | Ending
    | "requestSlot"
    | "requestTime"
    | "accept"
    | "decline"
    | "offer"
    | "acceptOffer"
    | "declineOffer"
    | "reschedule";
  readonly slot: number;
  readonly appointment: number;
  /** In units of five minutes after nine. */
  readonly start: number;
  readonly length: number;
  readonly capacity: number;
  readonly key: number | null;
}

type Ending = "checkIn" | "complete" | "markNoShow" | "cancel";

const weighted: readonly { readonly weight: number; readonly value: Intent["name"] }[] = [
  { weight: 3, value: "createSlots" },
  { weight: 2, value: "setAvailability" },
  { weight: 3, value: "publishSlots" },
  { weight: 2, value: "importBusy" },
  { weight: 2, value: "look" },
  { weight: 3, value: "findOpen" },
  { weight: 4, value: "findTimes" },
  { weight: 6, value: "bookSlot" },
  { weight: 5, value: "bookTime" },
  { weight: 4, value: "requestSlot" },
  { weight: 1, value: "requestTime" },
  { weight: 6, value: "accept" },
  { weight: 1, value: "decline" },
  { weight: 3, value: "offer" },
  { weight: 2, value: "acceptOffer" },
  { weight: 1, value: "declineOffer" },
  { weight: 4, value: "cancel" },
  { weight: 3, value: "reschedule" },
  { weight: 2, value: "hold" },
  { weight: 3, value: "holdTime" },
  { weight: 1, value: "extend" },
  { weight: 1, value: "release" },
  { weight: 1, value: "breakHold" },
  { weight: 2, value: "block" },
  { weight: 2, value: "unblock" },
  { weight: 1, value: "checkIn" },
  { weight: 1, value: "complete" },
  { weight: 1, value: "markNoShow" },
];

/** Any command on a small world, in which most commands conflict. */
export const anyIntent: fc.Arbitrary<Intent> = fc.record({
  name: fc.oneof(...weighted.map(({ weight, value }) => ({ weight, arbitrary: fc.constant(value) }))),
  slot: fc.nat(20),
  appointment: fc.nat(20),
  start: fc.nat(24),
  length: fc.integer({ min: 1, max: 8 }),
  capacity: fc.integer({ min: 1, max: 2 }),
  key: fc.option(fc.nat(30)),
});

/** What exists so far of a provider and a room. Several worlds fit into one store. */
export interface World {
  /** Part of every id and key that the world creates. */
  readonly name: string;
  readonly slotIds: string[];
  readonly appointmentIds: string[];
  readonly holdTokens: Map<string, string>;
  /** Where the first openings of the hours begin that were set last. */
  readonly openings: Date[];
  /** When it began, by the clock of the computer, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The policies of its engines, which are overridden now and then. */
  readonly policies: readonly string[];
}

export function emptyWorld(name = "", policies: readonly string[] = [], startedAt = Date.now()): World {
  return { name, slotIds: [], appointmentIds: [], holdTokens: new Map(), openings: [], startedAt, policies };
}

/** The providers of a world. */
export function providersOfWorld({ name }: World): readonly [provider: string, room: string] {
  return [`${place.providerId}${name}`, `room${name}`];
}

/** Where hours are set in a world. */
export function placesOfWorld(world: World): readonly { readonly providerId: string; readonly facilityId: string }[] {
  return [{ ...place, providerId: providersOfWorld(world)[0] }];
}

export const pick = (ids: readonly string[], index: number): string => ids[index % Math.max(ids.length, 1)] ?? "none";

/** Now and then an id of the caller's choice, which another slot or appointment may have already. */
export function ownId({ length }: Intent, number: number, { name }: World): string | undefined {
  return length % 4 === 3 ? `${name}own-${number % 6}` : undefined;
}

/** Now and then the other slots of the same hold, too. */
export function alsoHeld({ slot, capacity }: Intent, { slotIds, holdTokens }: World): readonly string[] {
  const slotId = pick(slotIds, slot);
  const others = [...holdTokens].filter(([id, token]) => id !== slotId && token === holdTokens.get(slotId));
  return capacity === 1 ? others.map(([id]) => id) : [];
}

/** One in four requests is over within half a minute of the clock that plays have: the play lasts as long. */
export function expiryOf(start: number) {
  const begin = minutes(-33 * 60).getTime();
  return start % 4 === 1 ? { expiresAt: new Date(begin + (start + 1) * 1_500) } : {};
}

/** One in six passes a policy. */
export function overrideOf({ start, slot }: Intent, { policies }: World) {
  const policy = start % 6 === 4 ? policies[slot % policies.length] : undefined;
  return policy === undefined ? {} : { override: [{ policy, reason: "It is urgent." }] };
}

/** One in two holds its slots, one in three asks for another slot as well, and some expire. */
export function requestOf({ slot, start, length, capacity }: Intent, { slotIds }: World) {
  return {
    ...(capacity === 1 && { holdSeconds: length }),
    ...(start % 3 === 2 && { orSlotIds: [pick(slotIds, slot + 1)] }),
    ...expiryOf(start),
  };
}

/**
 * Zones, minutes by which their clocks are ahead on the day of all slots, and a window across a change of them: an hour that is
 * not there in Berlin, and half an hour that is there twice on Lord Howe Island. Publishing as far as that takes two stretches.
 */
const zones = [
  { timeZone: "UTC", ahead: 0, change: "2026-03-29", from: "01:30", to: "03:30" },
  { timeZone: "Europe/Berlin", ahead: 60, change: "2026-03-29", from: "01:30", to: "04:00" },
  { timeZone: "Australia/Lord_Howe", ahead: 660, change: "2026-04-05", from: "01:00", to: "02:30" },
] as const;

/**
 * One window on the day, of which two in three are offered without slots. One in two has another one where the clocks change,
 * and one in two names the version that it means to change.
 */
export function hoursOf({ slot, start, length, capacity, appointment }: Intent) {
  const zone = zones[Math.floor(start / 6) % zones.length] as (typeof zones)[number];
  const { timeZone, ahead, change, from: changeFrom, to } = zone;
  const from = 9 * 60 + ahead + firstOpening(start);
  const weekly = [{ days: ["monday"], validUntil: "2026-03-02", from, to: from + length * 20 } as const];
  const window = { from: changeFrom, to, offer: { minutes: 30 } };
  const exceptions = length % 2 === 0 ? [{ first: change, last: change, extra: true, hours: [window] }] : [];
  const openings = (["published", "computed", "both"] as const)[slot % 3] as "computed";
  const hours = {
    openings,
    offer: { minutes: openings === "computed" ? 5 : openingLasts, capacity },
    weekly,
    exceptions,
  };
  return { timeZone, hours, ...(capacity === 2 && { ifVersion: appointment % 3 }) };
}

/** In minutes after nine. */
export const firstOpening = (start: number) => (start % 6) * 5;

/** Minutes: with what is created otherwise, it overlaps as often as not. */
export const openingLasts = 20;

/** Until the next day, or beyond the changes of the clocks. */
export const publishedDays = [1, 30, 36] as const;

/** Two calendars, one in four times without anything in them. One in two windows reaches into the next week of those in which busy time is kept. */
export function busyOf({ start, length, capacity, slot }: Intent) {
  const until = minutes((slot % 2 === 0 ? 1 : 4) * 24 * 60);
  const busy = { start: minutes(start * 5), end: minutes((start + length) * 5) };
  const overnight = { start: minutes(2 * 24 * 60), end: minutes(3 * 24 * 60) };
  const intervals = length % 4 === 0 ? [] : [busy, ...(length % 3 === 0 ? [overnight] : [])];
  return { source: `calendar ${capacity}`, from: minutes(-60), until, intervals };
}

/**
 * One in two searches is for a subject, one in three knows a token, one in four wants few, one in five begins with the last. Those
 * for times look at the day, or reach beyond the changes of the clocks.
 */
export function searchOf({ slot, start, length, appointment }: Intent, { holdTokens, name }: World) {
  return {
    from: minutes(-60),
    to: minutes((slot % 3 === 0 ? 36 : 0.5) * 24 * 60),
    ...(start % 4 === 1 && { limit: 1 + (length % 3) }),
    ...(start % 5 === 2 && { order: "latest" as const }),
    ...(length % 3 === 0 && holdTokens.size > 0 && { holdTokens: [...new Set(holdTokens.values())] }),
    ...(length % 2 === 0 && { subjectId: `p-${appointment}${name}` }),
  };
}
