import assert from "node:assert/strict";
import {
  type Appointment,
  buffer,
  type Engine,
  isBookingError,
  maximumAppointments,
  maximumPerDay,
  noOverlapOfSubject,
  type Offer,
  type Policy,
  type Slot,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, engineOn, minutes, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const perDay = 4;
const perSubject = 3;
const bufferMinutes = 10;
/** A hold lasts for two waves, and so does a request that expires, and an offer, and what is held for either. */
const waveMinutes = 4;
const requestMinutes = 6;
const holdSeconds = 300;
const later = (now: Date, count: number) => new Date(now.getTime() + count * 60_000);

const policies: readonly Policy[] = [
  maximumPerDay({ count: perDay }),
  buffer({ beforeMinutes: 0, afterMinutes: bufferMinutes }),
  noOverlapOfSubject(),
  maximumAppointments({ count: perSubject, minutes: 24 * 60 }),
];

const providers = ["dr-a", "dr-b"];
const slotsEach = 9;
const subjects = ["p-1", "p-2", "p-3"];

const commands = [
  "book",
  "bookTime",
  "hold",
  "holdTwo",
  "release",
  "request",
  "requestEither",
  "accept",
  "decline",
  "offer",
  "acceptOffer",
  "declineOffer",
  "breakHold",
  "cancel",
  "reschedule",
] as const;

/** One of the commands, about some slot, some subject, and some of what the commands before it have made. */
const anyCommand = fc.record({
  name: fc.constantFrom(...commands),
  slot: fc.nat(providers.length * slotsEach - 1),
  subject: fc.constantFrom(...subjects),
  made: fc.nat(),
  engine: fc.nat(1),
  expires: fc.boolean(),
});
type AnyCommand = typeof anyCommand extends fc.Arbitrary<infer Command> ? Command : never;

/** What callers have in hand. */
interface Made {
  readonly slots: readonly Slot[];
  readonly appointments: string[];
  /** Those of them to which something was offered. */
  readonly offered: string[];
  readonly holds: { readonly slotId: string; readonly holdToken: string }[];
  readonly nextSeconds: () => number;
}

/** Each hold that is for an appointment has an end of its own, which tells whose it is. */
function secondsInTurn(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return holdSeconds + (count % 100);
  };
}

/** Undefined if there is nothing that the command could be about. */
function callOf(
  { name, slot, subject, made, expires }: AnyCommand,
  on: Engine,
  known: Made,
  now: Date,
): Promise<unknown> | undefined {
  const { id: slotId, providerId, facilityId, start, end } = known.slots[slot] as Slot;
  const [actor, subjectId] = [patient, subject];
  const isAnswer = name === "acceptOffer" || name === "declineOffer";
  const about = isAnswer ? known.offered : known.appointments;
  const appointmentId = about[made % about.length];
  const hold = known.holds[made % known.holds.length];
  const noting = ({ appointment }: { readonly appointment: Appointment }) => known.appointments.push(appointment.id);
  if (name === "book") {
    const held = hold?.slotId === slotId ? { holdToken: hold.holdToken } : {};
    return on.book({ actor, slotId, subjectId, ...held }).then(noting);
  }
  if (name === "bookTime") return on.book({ actor, providerId, facilityId, start, end, subjectId }).then(noting);
  if (name === "request") {
    const expiresAt = expires ? later(now, requestMinutes) : undefined;
    return on.request({ actor, slotId, subjectId, expiresAt }).then(noting);
  }
  if (name === "breakHold") return on.breakHold({ actor: provider, slotId, reason: "No." });
  const { id: other } = known.slots[(slot + 1 + (made % 2)) % known.slots.length] as Slot;
  if (name === "requestEither") {
    const held = { orSlotIds: [other], holdSeconds: known.nextSeconds() };
    return on.request({ actor, slotId, subjectId, ...held }).then(noting);
  }
  if (name === "holdTwo") {
    return on.hold({ actor, slotId, alsoSlotIds: [other] }).then(({ holdToken }) => {
      known.holds.push({ slotId, holdToken }, { slotId: other, holdToken });
    });
  }
  if (name === "hold")
    return on.hold({ actor, slotId }).then(({ holdToken }) => known.holds.push({ slotId, holdToken }));
  if (name === "release") return hold && on.release({ actor, ...hold });
  if (appointmentId === undefined) return undefined;
  if (name === "accept") return on.accept({ actor: provider, appointmentId });
  if (name === "decline") return on.decline({ actor: provider, appointmentId, reason: "No." });
  if (name === "offer") {
    const offered = on.offer({ actor: provider, appointmentId, slotId, seconds: known.nextSeconds() });
    return offered.then(() => known.offered.push(appointmentId));
  }
  if (name === "acceptOffer") return on.acceptOffer({ actor, appointmentId });
  if (name === "declineOffer") return on.declineOffer({ actor, appointmentId });
  if (name === "cancel") return on.cancel({ actor, appointmentId });
  return on.reschedule({ actor, appointmentId, slotId });
}

const over: readonly string[] = ["cancelled", "declined", "no_show"];
const hasExpired = ({ status, request }: Appointment, now: Date) =>
  status === "scheduled" && request !== null && isPast(request.expiresAt, now) && !isOpen(request.offer, now);
const isPast = (instant: Date | null, now: Date) => instant !== null && instant <= now;
const isOpen = (offer: Offer | null, now: Date) => offer !== null && offer.expiresAt > now;

/** Whose a taken slot is: an appointment's, also if it is held for it, or its own, if it is held by a token. */
function ownerOf({ id, appointmentId, hold }: Slot, waiting: readonly Appointment[]): string {
  const isFor = ({ request }: Appointment) =>
    [request?.heldUntil, request?.offer?.expiresAt].some((end) => end?.getTime() === hold?.expiresAt.getTime());
  return appointmentId ?? waiting.find((one) => hold !== null && slotsOf(one).includes(id) && isFor(one))?.id ?? id;
}

const slotsOf = ({ request }: Appointment): readonly (string | undefined)[] => [
  ...(request?.wishes ?? []).map(({ slotId }) => slotId),
  request?.offer?.slotId,
];

const isTaken = ({ status }: Slot) => status === "booked" || status === "held";

/** What the policies forbid and is there all the same. */
async function violations(engine: Engine, now: Date): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = (await engine.listAppointments({ providerIds: providers, statuses: ["scheduled"], limit: 100 }))
    .items;
  for (const providerId of providers) {
    const { items } = await engine.listSlots({ providerIds: [providerId], limit: 100 });
    const taken = items.filter(isTaken);
    // What is held for one appointment is wanted once, whichever it will be.
    const owners = taken.map((slot) => ownerOf(slot, waiting));
    if (new Set(owners).size > perDay) found.push(`${providerId} has ${new Set(owners).size} on one day`);
    for (const [index, { id, start }] of taken.entries()) {
      const before = taken[index - 1];
      const isOfOther = owners[index] !== owners[index - 1];
      if (before && isOfOther && start.getTime() - before.end.getTime() < bufferMinutes * 60_000) {
        found.push(`${id} begins too soon after ${before.id}`);
      }
    }
  }
  for (const subjectId of subjects) {
    const { items } = await engine.listAppointments({ subjectId, limit: 100 });
    const theirs = items.filter((one) => !over.includes(one.status) && !hasExpired(one, now));
    if (theirs.length > perSubject) found.push(`${subjectId} has ${theirs.length} appointments`);
    if (new Set(theirs.map(({ start }) => start.getTime())).size < theirs.length)
      found.push(`${subjectId} is at two places`);
  }
  return found;
}

export const sightRandomCases: readonly ConformanceCase[] = [
  {
    key: "sight-random.waves",
    title:
      "whatever callers do at one moment, through two engines, caps, buffers and a subject's overlaps hold after it",
    async run({ open, propertyRuns }) {
      const waves = fc.array(fc.array(anyCommand, { minLength: 6, maxLength: 16, size: "max" }), {
        minLength: 4,
        maxLength: 4,
      });
      const property = fc.asyncProperty(waves, async (all) => {
        const { storage, second, close } = await open();
        let now = minutes(-600);
        const clock = {
          now: () => now,
          sleep: (ms: number) => new Promise<void>((end) => setTimeout(end, ms)),
        };
        const small = { coalesce: { batchSize: 5 } };
        const engines = [
          engineOn(storage, { clock, policies }),
          engineOn(second, { clock, policies, ...small }),
        ] as const;
        const times = Array.from({ length: slotsEach }, (_, index) => {
          return { start: minutes(index * 35), end: minutes(index * 35 + 30) };
        });
        const created = [];
        for (const providerId of providers) {
          created.push(await engines[0].createSlots({ actor: provider, ...place, providerId, slots: times }));
        }
        const known: Made = {
          slots: created.flatMap(({ slots }) => slots),
          appointments: [],
          offered: [],
          holds: [],
          nextSeconds: secondsInTurn(),
        };
        for (const wave of all) {
          const calls = wave.map((command) => callOf(command, engines[command.engine] as Engine, known, now));
          const outcomes = await Promise.allSettled(calls);
          const raw = outcomes.filter((one) => one.status === "rejected" && !isBookingError(one.reason));
          assert.deepEqual(raw, []);
          assert.deepEqual(await violations(engines[0], now), []);
          now = later(now, waveMinutes);
        }
        await assertSound(storage);
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 5));
    },
  },
];
