import { isBookingError } from "@slotwright/core";
import { availabilityIdOf, publishedSlotId } from "@slotwright/core/checking";
import fc from "fast-check";
import { minutes, patient, place, provider } from "./fixtures.ts";
import type { RecordedEngine } from "./linearizability/record.ts";

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

const pick = (ids: readonly string[], index: number): string => ids[index % Math.max(ids.length, 1)] ?? "none";

/** Now and then an id of the caller's choice, which another slot or appointment may have already. */
function ownId({ length }: Intent, number: number, { name }: World): string | undefined {
  return length % 4 === 3 ? `${name}own-${number % 6}` : undefined;
}

/** Now and then the other slots of the same hold, too. */
function alsoHeld({ slot, capacity }: Intent, { slotIds, holdTokens }: World): readonly string[] {
  const slotId = pick(slotIds, slot);
  const others = [...holdTokens].filter(([id, token]) => id !== slotId && token === holdTokens.get(slotId));
  return capacity === 1 ? others.map(([id]) => id) : [];
}

/** One in four requests is over within half a minute of the clock that plays have: the play lasts as long. */
function expiryOf(start: number) {
  const begin = minutes(-33 * 60).getTime();
  return start % 4 === 1 ? { expiresAt: new Date(begin + (start + 1) * 1_500) } : {};
}

/** One in six passes a policy. */
function overrideOf({ start, slot }: Intent, { policies }: World) {
  const policy = start % 6 === 4 ? policies[slot % policies.length] : undefined;
  return policy === undefined ? {} : { override: [{ policy, reason: "It is urgent." }] };
}

/** One in two holds its slots, one in three asks for another slot as well, and some expire. */
function requestOf({ slot, start, length, capacity }: Intent, { slotIds }: World) {
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
function hoursOf({ slot, start, length, capacity, appointment }: Intent) {
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
const firstOpening = (start: number) => (start % 6) * 5;

/** Minutes: with what is created otherwise, it overlaps as often as not. */
const openingLasts = 20;

/** Until the next day, or beyond the changes of the clocks. */
const publishedDays = [1, 30, 36] as const;

/** Two calendars, one in four times without anything in them. One in two windows reaches into the next week of those in which busy time is kept. */
function busyOf({ start, length, capacity, slot }: Intent) {
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
function searchOf({ slot, start, length, appointment }: Intent, { holdTokens, name }: World) {
  return {
    from: minutes(-60),
    to: minutes((slot % 3 === 0 ? 36 : 0.5) * 24 * 60),
    ...(start % 4 === 1 && { limit: 1 + (length % 3) }),
    ...(start % 5 === 2 && { order: "latest" as const }),
    ...(length % 3 === 0 && holdTokens.size > 0 && { holdTokens: [...new Set(holdTokens.values())] }),
    ...(length % 2 === 0 && { subjectId: `p-${appointment}${name}` }),
  };
}

/** Runs the command. A refusal is a valid outcome; any other error is not. */
export async function attempt(intent: Intent, engine: RecordedEngine, world: World): Promise<"done" | "refused"> {
  try {
    await ask(intent, engine, world);
    return "done";
  } catch (error) {
    if (!isBookingError(error) || error.status >= 500 || "guard" in error.details) throw error;
    return "refused";
  }
}

/** Runs the command. @throws BookingError */
export async function ask(intent: Intent, engine: RecordedEngine, world: World): Promise<void> {
  const slotId = pick(world.slotIds, intent.slot);
  const appointmentId = pick(world.appointmentIds, intent.appointment);
  const range = { start: minutes(intent.start * 5), end: minutes((intent.start + intent.length) * 5) };
  const idempotencyKey = intent.key === null ? {} : { idempotencyKey: `${world.name}${intent.name}-${intent.key}` };
  const by = { actor: provider, ...idempotencyKey };
  const holdToken = world.holdTokens.get(slotId);
  const mine = intent.capacity === 1 && holdToken !== undefined ? { holdToken } : {};
  const chosen = ownId(intent, intent.appointment, world);
  const own = chosen === undefined ? {} : { appointmentId: chosen };
  const urgent = overrideOf(intent, world);
  const subjectId = `p-${intent.appointment}${world.name}`;
  const forSubject = { ...by, ...own, ...urgent, actor: patient, subjectId };
  // One in two is moved by its patient, for whom other policies may hold.
  const asked = intent.capacity === 1 ? { actor: patient } : {};
  const [doctor, room] = providersOfWorld(world);
  const at = { ...place, providerId: doctor };
  switch (intent.name) {
    case "createSlots": {
      const { capacity } = intent;
      const where = intent.slot % 4 === 3 ? { ...place, providerId: room } : at;
      const slotId = capacity === 1 ? ownId(intent, intent.slot, world) : undefined;
      const slot = { ...range, capacity, ...(slotId && { slotId }) };
      const { slots } = await engine.createSlots({ ...by, ...where, slots: [slot] });
      world.slotIds.push(...slots.map(({ id }) => id));
      return;
    }
    case "setAvailability":
      await engine.setAvailability({ ...by, ...at, ...hoursOf(intent) });
      world.openings.length = 0;
      for (const n of [0, 1]) world.openings.push(minutes(firstOpening(intent.start) + n * openingLasts));
      return;
    case "publishSlots": {
      const days = publishedDays[intent.length % publishedDays.length] as number;
      await engine.publishSlots({ actor: provider, ...at, until: minutes(days * 24 * 60) });
      const hours = availabilityIdOf(at.providerId, at.facilityId);
      for (const id of world.openings.map((start) => publishedSlotId(hours, start, 0, 0))) {
        if (!world.slotIds.includes(id)) world.slotIds.push(id);
      }
      return;
    }
    case "importBusy":
      await engine.importBusy({ actor: provider, ...at, ...busyOf(intent) });
      return;
    case "look":
      await engine.getSlot(slotId);
      return;
    case "findOpen":
    case "findTimes": {
      const search = { ...searchOf(intent, world), providerIds: [doctor, room] };
      const by = search.subjectId === undefined ? engine : engine.as(patient);
      if (intent.name === "findOpen") await by.findOpen(search);
      else await by.findTimes({ ...search, facilityId: place.facilityId, minutes: intent.capacity * 10 });
      return;
    }
    case "hold": {
      const alsoSlotIds = intent.start % 3 === 2 ? [pick(world.slotIds, intent.slot + 1)] : [];
      const holder = intent.length % 2 === 0 ? { holderId: `holder-${intent.length % 3}${world.name}` } : {};
      const held = await engine.hold({ ...by, ...urgent, slotId, alsoSlotIds, seconds: intent.length, ...holder });
      for (const id of [slotId, ...alsoSlotIds]) world.holdTokens.set(id, held.holdToken);
      return;
    }
    case "holdTime": {
      const { slot, holdToken } = await engine.hold({ ...by, ...urgent, ...at, ...range, seconds: intent.length });
      world.holdTokens.set(slot.id, holdToken);
      // Before the others, among those that all callers want.
      if (!world.slotIds.includes(slot.id)) world.slotIds.unshift(slot.id);
      return;
    }
    case "bookSlot": {
      const alsoSlotIds = intent.start % 3 === 2 ? [pick(world.slotIds, intent.slot + 1)] : [];
      const { appointment } = await engine.book({ ...forSubject, slotId, alsoSlotIds, ...mine });
      world.appointmentIds.push(appointment.id);
      return;
    }
    case "bookTime": {
      const ifNoSlot = intent.capacity === 1 ? "schedule" : "refuse";
      const { appointment } = await engine.book({ ...forSubject, ...at, ...range, ifNoSlot });
      world.appointmentIds.push(appointment.id);
      return;
    }
    case "requestSlot": {
      const { appointment } = await engine.request({ ...forSubject, slotId, ...requestOf(intent, world) });
      world.appointmentIds.push(appointment.id);
      return;
    }
    case "requestTime": {
      const { appointment } = await engine.request({ ...forSubject, ...at, ...range, ...expiryOf(intent.start) });
      world.appointmentIds.push(appointment.id);
      return;
    }
    case "decline":
      await engine.decline({ ...by, appointmentId, reason: "No" });
      return;
    case "offer":
      await engine.offer({ ...by, ...urgent, appointmentId, slotId, seconds: intent.length });
      return;
    case "extend":
      await engine.extend({ ...by, slotId, holdToken: holdToken ?? "none", seconds: intent.length });
      return;
    case "release":
      await engine.release({ ...by, slotId, alsoSlotIds: alsoHeld(intent, world), holdToken: holdToken ?? "none" });
      return;
    case "breakHold":
      await engine.breakHold({ ...by, slotId, reason: "Closed", block: intent.capacity === 2 });
      return;
    case "accept":
      await engine.accept({ ...by, ...urgent, appointmentId, ...mine, ...(intent.capacity === 1 && { slotId }) });
      return;
    case "reschedule": {
      // One in two is moved to a time, and the others to a slot.
      const to = intent.start % 2 === 1 ? range : { slotId, ...mine };
      await engine.reschedule({ ...by, ...urgent, ...asked, appointmentId, ...to });
      return;
    }
    case "block":
    case "unblock":
      await engine[intent.name]({ ...by, slotId });
      return;
    default:
      await engine[intent.name]({ ...by, appointmentId });
  }
}
