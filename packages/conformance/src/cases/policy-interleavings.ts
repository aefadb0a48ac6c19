import assert from "node:assert/strict";
import {
  type Appointment,
  buffer,
  type Engine,
  isBookingError,
  maximumAppointments,
  maximumHolds,
  maximumPerDay,
  noOverlapOfSubject,
  type Slot,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, engineOn, minutes, patient, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { scheduledAdapter, scheduledClock } from "../scheduled.ts";

const policies = [
  buffer({ beforeMinutes: 0, afterMinutes: 5 }),
  maximumPerDay({ count: 2 }),
  maximumAppointments({ count: 2, minutes: 600 }),
  noOverlapOfSubject(),
  maximumHolds({ count: 1 }),
];

/** Of each provider, two that are closer than the buffer, and a third one. */
const times = [0, 32, 100].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));

interface Deed {
  readonly what: "book" | "hold" | "request" | "move" | "accept";
  readonly slot: number;
  readonly who: number;
}

const anyDeed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom("book", "book", "hold", "hold", "request", "move", "accept"),
  slot: fc.nat(5),
  who: fc.nat(1),
});

interface Stage {
  readonly slotIds: readonly string[];
  /** Of each subject, an appointment long after these, and one that waits. */
  readonly booked: readonly string[];
  readonly waiting: readonly string[];
}

async function staged(engine: Engine): Promise<Stage> {
  const [slotIds, booked, waiting]: [string[], string[], string[]] = [[], [], []];
  for (const providerId of ["dr-0", "dr-1"]) {
    const where = { providerId, facilityId: "north", timeZone: "UTC" };
    slotIds.push(...(await engine.createSlots({ actor: provider, ...where, slots: times })).slots.map(({ id }) => id));
  }
  for (const who of [0, 1]) {
    const slots = [{ start: minutes(5000), end: minutes(5030) }];
    const later = await engine.createSlots({ actor: provider, providerId: `dr-${who}`, facilityId: "north", slots });
    const of = { actor: patient, subjectId: `p-${who}` };
    booked.push((await engine.book({ ...of, slotId: later.slots[0]?.id ?? "" })).appointment.id);
    const time = { providerId: "dr-0", facilityId: "north", start: minutes(101), end: minutes(129) };
    if (who === 0) waiting.push((await engine.request({ ...of, ...time })).appointment.id);
  }
  return { slotIds, booked, waiting };
}

function doIt(engine: Engine, { what, slot, who }: Deed, { slotIds, booked, waiting }: Stage): Promise<unknown> {
  const of = { actor: patient, slotId: slotIds[slot] ?? "" };
  const subject = { ...of, subjectId: `p-${who}` };
  switch (what) {
    case "book":
      return engine.book(subject);
    case "hold":
      return engine.hold({ ...of, holderId: `h-${who}` });
    case "request":
      return engine.request({ ...subject, holdSeconds: 600 });
    case "move":
      return engine.reschedule({ ...of, appointmentId: booked[who] ?? "" });
    case "accept":
      return engine.accept({ actor: provider, appointmentId: waiting[0] ?? "" });
  }
}

const over: ReadonlySet<string> = new Set(["cancelled", "declined", "no_show"]);

/** What the policies do not allow, worked out from all that is stored. */
function brokenBy(slots: readonly Slot[], appointments: readonly Appointment[]): readonly string[] {
  const taken = slots.filter(
    ({ status, start }) => (status === "held" || status === "booked") && start < minutes(1000),
  );
  const counting = appointments.filter(({ status }) => !over.has(status));
  const pairs = <T extends { readonly start: Date; readonly end: Date }>(all: readonly T[]) =>
    all.flatMap((one) => all.filter((other) => one !== other && one.start <= other.start).map((other) => [one, other]));
  const broken: string[] = [];
  for (const [providerId, own] of Map.groupBy(taken, (slot) => slot.providerId)) {
    if (own.length > 2) broken.push(`${providerId} has a third one on the day`);
    const close = pairs(own).some(([one, other]) => Number(other?.start) - Number(one?.end) < 5 * 60_000);
    if (close) broken.push(`${providerId} has no break`);
  }
  for (const [subjectId, own] of Map.groupBy(counting, (one) => one.subjectId)) {
    if (own.filter(({ start }) => start < minutes(1000)).length > 2) broken.push(`${subjectId} has a third one`);
    if (pairs(own).some(([one, other]) => Number(other?.start) < Number(one?.end)))
      broken.push(`${subjectId} overlaps`);
  }
  const holds = taken.flatMap(({ hold }) => (hold === null || hold.holderId === null ? [] : [hold]));
  for (const [holderId, own] of Map.groupBy(holds, (hold) => hold.holderId)) {
    if (new Set(own.map(({ tokenHash }) => tokenHash)).size > 1) broken.push(`${holderId} has a second hold`);
  }
  return broken;
}

export const policyInterleavingCases: readonly ConformanceCase[] = [
  {
    key: "random.policies",
    title:
      "whatever the order of their storage calls, concurrent commands leave nothing behind that policies do not allow",
    async run({ open, propertyRuns }) {
      const deeds = fc.array(anyDeed, { minLength: 3, maxLength: 6 });
      const property = fc.asyncProperty(fc.scheduler(), deeds, async (scheduler, all) => {
        const { storage, second, close } = await open();
        const stage = await staged(engineOn(storage, { clock: { now: () => minutes(-1440), sleep: async () => {} } }));
        const clock = scheduledClock(scheduler);
        const engines = [storage, second, storage].map((one) =>
          engineOn(scheduledAdapter(one, scheduler), { clock, policies }),
        );
        const running = all.map((deed, index) => doIt(engines[index % engines.length] as Engine, deed, stage));
        const outcomes = await scheduler.waitFor(Promise.allSettled(running));
        for (const outcome of outcomes) {
          if (outcome.status === "rejected") assert.ok(isBookingError(outcome.reason), String(outcome.reason));
        }
        const plain = engineOn(storage, { clock });
        const { items: slots } = await plain.listSlots({ limit: 100 });
        const { items: appointments } = await plain.listAppointments({ limit: 100 });
        assert.deepEqual(brokenBy(slots, appointments), []);
        await assertSound(storage);
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 2));
    },
  },
];
