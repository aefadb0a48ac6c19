import { isBookingError } from "@slotwright/core";
import { availabilityIdOf, publishedSlotId } from "@slotwright/core/checking";
import { minutes, patient, place, provider } from "./fixtures.ts";
import {
  alsoHeld,
  busyOf,
  expiryOf,
  firstOpening,
  hoursOf,
  type Intent,
  openingLasts,
  overrideOf,
  ownId,
  pick,
  providersOfWorld,
  publishedDays,
  requestOf,
  searchOf,
  type World,
} from "./intents.ts";
import type { RecordedEngine } from "./linearizability/record.ts";

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
  await asking[intent.name]({ intent, engine, world, ...inputsOf(intent, world) });
}

/** What the numbers of an intent mean in its world. */
function inputsOf(intent: Intent, world: World) {
  const slotId = pick(world.slotIds, intent.slot);
  const idempotencyKey = intent.key === null ? {} : { idempotencyKey: `${world.name}${intent.name}-${intent.key}` };
  const by = { actor: provider, ...idempotencyKey };
  const holdToken = world.holdTokens.get(slotId);
  const chosen = ownId(intent, intent.appointment, world);
  const own = chosen === undefined ? {} : { appointmentId: chosen };
  const urgent = overrideOf(intent, world);
  const [doctor, room] = providersOfWorld(world);
  return {
    slotId,
    appointmentId: pick(world.appointmentIds, intent.appointment),
    range: { start: minutes(intent.start * 5), end: minutes((intent.start + intent.length) * 5) },
    by,
    urgent,
    holdToken: holdToken ?? "none",
    mine: intent.capacity === 1 && holdToken !== undefined ? { holdToken } : {},
    // Of all holds, because a time is seldom that of one slot.
    held: intent.length % 3 === 0 && world.holdTokens.size > 0 ? { holdToken: tokensOf(world) } : {},
    forSubject: { ...by, ...own, ...urgent, actor: patient, subjectId: `p-${intent.appointment}${world.name}` },
    at: { ...place, providerId: doctor },
    inRoom: { ...place, providerId: room },
    // One in three takes another slot as well.
    alsoSlotIds: intent.start % 3 === 2 ? [pick(world.slotIds, intent.slot + 1)] : [],
  };
}

/** As many as a command takes, the latest. */
const tokensOf = ({ holdTokens }: World): readonly string[] => [...new Set(holdTokens.values())].slice(-16);

interface Asked extends ReturnType<typeof inputsOf> {
  readonly intent: Intent;
  readonly engine: RecordedEngine;
  readonly world: World;
}

const asking: Readonly<Record<Intent["name"], (asked: Asked) => Promise<unknown>>> = {
  createSlots,
  setAvailability,
  publishSlots,
  importBusy: ({ engine, intent, at }) => engine.importBusy({ actor: provider, ...at, ...busyOf(intent) }),
  look: ({ engine, slotId }) => engine.getSlot(slotId),
  findOpen: (asked) => {
    const { by, search } = searched(asked);
    return by.findOpen(search);
  },
  findTimes: (asked) => {
    const { by, search } = searched(asked);
    return by.findTimes({ ...search, facilityId: place.facilityId, minutes: asked.intent.capacity * 10 });
  },
  hold,
  holdTime,
  bookSlot: ({ engine, world, forSubject, slotId, alsoSlotIds, mine }) =>
    noting(world, engine.book({ ...forSubject, slotId, alsoSlotIds, ...mine })),
  bookTime: ({ engine, world, intent, forSubject, at, range, held }) => {
    const ifNoSlot = intent.capacity === 1 ? "schedule" : "refuse";
    return noting(world, engine.book({ ...forSubject, ...at, ...range, ...held, ifNoSlot }));
  },
  requestSlot: ({ engine, world, intent, forSubject, slotId }) =>
    noting(world, engine.request({ ...forSubject, slotId, ...requestOf(intent, world) })),
  requestTime: ({ engine, world, intent, forSubject, at, range }) =>
    noting(world, engine.request({ ...forSubject, ...at, ...range, ...expiryOf(intent.start) })),
  decline: ({ engine, by, appointmentId }) => engine.decline({ ...by, appointmentId, reason: "No" }),
  offer: ({ engine, intent, by, urgent, appointmentId, slotId }) =>
    engine.offer({ ...by, ...urgent, appointmentId, slotId, seconds: intent.length }),
  acceptOffer: ({ engine, by, appointmentId }) => engine.acceptOffer({ ...by, appointmentId }),
  declineOffer: ({ engine, by, appointmentId }) => engine.declineOffer({ ...by, appointmentId }),
  extend: ({ engine, intent, by, slotId, holdToken }) =>
    engine.extend({ ...by, slotId, holdToken, seconds: intent.length }),
  release: ({ engine, intent, world, by, slotId, holdToken }) =>
    engine.release({ ...by, slotId, alsoSlotIds: alsoHeld(intent, world), holdToken }),
  breakHold: ({ engine, intent, by, slotId }) =>
    engine.breakHold({ ...by, slotId, reason: "Closed", block: intent.capacity === 2 }),
  accept: ({ engine, intent, by, urgent, appointmentId, slotId, mine }) =>
    engine.accept({ ...by, ...urgent, appointmentId, ...mine, ...(intent.capacity === 1 && { slotId }) }),
  reschedule,
  block: ({ engine, by, slotId }) => engine.block({ ...by, slotId }),
  unblock: ({ engine, by, slotId }) => engine.unblock({ ...by, slotId }),
  checkIn: ({ engine, by, appointmentId }) => engine.checkIn({ ...by, appointmentId }),
  complete: ({ engine, by, appointmentId }) => engine.complete({ ...by, appointmentId }),
  markNoShow: ({ engine, by, appointmentId }) => engine.markNoShow({ ...by, appointmentId }),
  cancel: ({ engine, by, appointmentId }) => engine.cancel({ ...by, appointmentId }),
};

async function createSlots({ engine, intent, world, by, at, inRoom, range }: Asked): Promise<void> {
  const { capacity } = intent;
  const where = intent.slot % 4 === 3 ? inRoom : at;
  const slotId = capacity === 1 ? ownId(intent, intent.slot, world) : undefined;
  const slot = { ...range, capacity, ...(slotId && { slotId }) };
  const { slots } = await engine.createSlots({ ...by, ...where, slots: [slot] });
  world.slotIds.push(...slots.map(({ id }) => id));
}

async function setAvailability({ engine, intent, world, by, at }: Asked): Promise<void> {
  await engine.setAvailability({ ...by, ...at, ...hoursOf(intent) });
  world.openings.length = 0;
  for (const n of [0, 1]) world.openings.push(minutes(firstOpening(intent.start) + n * openingLasts));
}

async function publishSlots({ engine, intent, world, at }: Asked): Promise<void> {
  const days = publishedDays[intent.length % publishedDays.length] as number;
  await engine.publishSlots({ actor: provider, ...at, until: minutes(days * 24 * 60) });
  const hours = availabilityIdOf(at.providerId, at.facilityId);
  for (const id of world.openings.map((start) => publishedSlotId(hours, start, 0, 0))) {
    if (!world.slotIds.includes(id)) world.slotIds.push(id);
  }
}

function searched({ engine, intent, world, at, inRoom }: Asked) {
  const search = { ...searchOf(intent, world), providerIds: [at.providerId, inRoom.providerId] };
  return { by: search.subjectId === undefined ? engine : engine.as(patient), search };
}

async function hold({ engine, intent, world, by, urgent, slotId, alsoSlotIds }: Asked): Promise<void> {
  const holder = intent.length % 2 === 0 ? { holderId: `holder-${intent.length % 3}${world.name}` } : {};
  const held = await engine.hold({ ...by, ...urgent, slotId, alsoSlotIds, seconds: intent.length, ...holder });
  for (const id of [slotId, ...alsoSlotIds]) world.holdTokens.set(id, held.holdToken);
}

async function holdTime({ engine, intent, world, by, urgent, at, range }: Asked): Promise<void> {
  const { slot, holdToken } = await engine.hold({ ...by, ...urgent, ...at, ...range, seconds: intent.length });
  world.holdTokens.set(slot.id, holdToken);
  // Before the others, among those that all callers want.
  if (!world.slotIds.includes(slot.id)) world.slotIds.unshift(slot.id);
}

async function reschedule({
  engine,
  intent,
  by,
  urgent,
  appointmentId,
  slotId,
  mine,
  held,
  range,
}: Asked): Promise<void> {
  // One in two is moved by its patient, for whom other policies may hold.
  const asked = intent.capacity === 1 ? { actor: patient } : {};
  // One in two is moved to a time, and the others to a slot.
  const to = intent.start % 2 === 1 ? { ...range, ...held } : { slotId, ...mine };
  await engine.reschedule({ ...by, ...urgent, ...asked, appointmentId, ...to });
}

/** Notes the appointment that is made. */
async function noting(world: World, made: Promise<{ readonly appointment: { readonly id: string } }>): Promise<void> {
  const { appointment } = await made;
  world.appointmentIds.push(appointment.id);
}
