import assert from "node:assert/strict";
import {
  type AccessRequest,
  type ActorEngine,
  buffer,
  type Engine,
  type FreeTime,
  type Hours,
  noOverlapOfSubject,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, engineOn, minutes, patient, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { bookAt, computed, found, search, shownTimes, stage } from "./computed.ts";
import { holdAt } from "./computed-holds.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, type Scene } from "./scenes.ts";

const dayMinutes = 24 * 60;
const by = { actor: provider, ...place };
const offices = ["dr-0", "dr-1"];

interface OpenScene {
  readonly scene: Scene;
  readonly offer: Hours["offer"];
  readonly openings: "computed" | "both";
  /** How many steps longer than the offer says. */
  readonly longer: number;
  readonly extra: boolean;
}

const anyOpenScene: fc.Arbitrary<OpenScene> = fc.record({
  scene: anyScene,
  offer: fc.record({
    minutes: fc.constantFrom(15, 30, 45),
    step: fc.constantFrom(15, 30, 45, 60),
    capacity: fc.constantFrom(1, 1, 2),
  }),
  openings: fc.constantFrom("computed", "both"),
  longer: fc.nat(2),
  extra: fc.boolean(),
});

const hoursOf = ({ offer, openings, extra }: OpenScene): Hours => ({
  ...computed("09:00", "11:30", offer),
  openings,
  exceptions: extra
    ? [
        {
          first: "2026-03-02",
          last: "2026-03-02",
          hours: [{ from: "10:00", to: "11:00", offer: { minutes: 15 } }],
          extra,
        },
      ]
    : [],
});

/** Times around the hours, some of which are openings. */
function* times(length: number) {
  for (const day of [0, dayMinutes]) {
    for (let from = -15; from <= 165; from += 15)
      yield { start: minutes(day + from), end: minutes(day + from + length) };
  }
}

const isListed = (listed: readonly FreeTime[], providerId: string, start: Date): boolean =>
  listed.some((one) => one.slotId === null && one.providerId === providerId && one.start.getTime() === start.getTime());

/** Every opening that is listed can be booked at that instant, and no other time beside the slots that are stored. */
async function assertTrue(own: ActorEngine, listed: readonly FreeTime[], length: number, subjectId: string) {
  for (const providerId of offices) {
    const { items } = await own.listSlots({ providerIds: [providerId], statuses: ["available"], limit: 500 });
    const here = items.filter(({ facilityId }) => facilityId === place.facilityId);
    const asked = [...times(length)].filter(
      (time) => !here.some(({ start, end }) => start <= time.start && time.end <= end),
    );
    // At once, so that a server is asked about several in one round trip.
    await Promise.all(
      asked.map(async (time) => {
        const wanted = { ...place, providerId, ...time, subjectId };
        const [{ possible }, { onOffer }] = await Promise.all([own.preview("book", wanted), own.explain(wanted)]);
        const told = { isListed: isListed(listed, providerId, time.start), onOffer };
        const at = `${providerId} ${time.start.toISOString()} for ${length}`;
        assert.deepEqual(told, { isListed: possible, onOffer: possible }, at);
      }),
    );
  }
  for (const { slotId } of listed) {
    if (slotId !== null) assert.ok((await own.preview("book", { slotId, subjectId })).possible, slotId);
  }
}

/** Of two that are held, one hold has ended by the time of the search, five minutes later. */
const secondsOfHolds = [60, 600];

/** Holds an opening for each of these seconds, if there is one at that time, and tells whether there was. */
async function holdTwo(engine: Engine, { scene, offer }: OpenScene): Promise<readonly (readonly [number, boolean])[]> {
  const within = { from: minutes(-60), to: minutes(2 * dayMinutes), limit: 500 };
  const free = await found(engine, { ...within, providerIds: offices, minutes: offer.minutes });
  const openings = free.filter(({ slotId }) => slotId === null);
  const holds: (readonly [number, boolean])[] = [];
  for (const [index, seconds] of secondsOfHolds.entries()) {
    const opening = openings[(scene.subject + index * 4) % Math.max(openings.length, 1)];
    if (opening === undefined) continue;
    const { start, end, providerId } = opening;
    const outcome = await tally([holdAt(engine, 0, 0, { start, end, providerId, seconds })]);
    // The first one may be in the way of the second.
    assert.ok(outcome.ok === 1 || outcome.no_slot_available === 1, JSON.stringify(outcome));
    holds.push([seconds, outcome.ok === 1]);
  }
  return holds;
}

export const computedTruthCases: readonly ConformanceCase[] = [
  {
    key: "computed.tells-the-truth",
    title:
      "with any hours, slots and policies, each opening that is listed can be booked at that instant, and nothing else",
    async run({ open, propertyRuns }) {
      const held = new Set<number>();
      const property = fc.asyncProperty(anyOpenScene, async (one) => {
        const { scene, offer, longer } = one;
        const { storage, close } = await open();
        await furnish(storage, scene);
        for (const providerId of offices) {
          await engineOn(storage).setAvailability({ ...by, providerId, hours: hoursOf(one) });
        }
        const before = engineOn(storage, { clock: clockAt(scene.afterNine - 5) });
        for (const [seconds, isHeld] of await holdTwo(before, one)) if (isHeld) held.add(seconds);
        const options = { policies: scene.policies, audienceOf, clock: clockAt(scene.afterNine) };
        const own = engineOn(storage, options).as(actorOf(scene));
        const subjectId = `p-${scene.subject}`;
        const length = offer.minutes + longer * (offer.step ?? offer.minutes);
        const order = scene.latest ? "latest" : "earliest";
        const wanted = {
          providerIds: offices,
          facilityId: place.facilityId,
          minutes: length,
          subjectId,
          order,
        } as const;
        const within = { from: minutes(-60), to: minutes(3 * dayMinutes), limit: scene.limit };
        const listed = await found(own, { ...wanted, ...within });
        await assertTrue(own, listed, length, subjectId);
        const [first] = listed.filter(({ slotId }) => slotId === null);
        if (first !== undefined) {
          const { providerId, facilityId, start, end } = first;
          const { slots } = await own.book({ providerId, facilityId, start, end, subjectId });
          // On another seat something free may be stored there, which comes first.
          assert.equal(slots[0]?.status, "booked");
          await assertTrue(own, await found(own, { ...wanted, ...within }), length, subjectId);
        }
        await assertSound(storage);
        await close();
      });
      await checkProperty(property, Math.max(4, Math.ceil(propertyRuns / 6)));
      assert.deepEqual(held, new Set(secondsOfHolds), "no run has held an opening for each of these");
    },
  },
  {
    key: "computed.within-free",
    title: "no opening is computed within a free slot that a booking of its time would take, even one that is hidden",
    async run({ storage }) {
      const host = stage(storage);
      await host.setAvailability({ ...by, hours: computed("10:00", "13:00", { step: 15, capacity: 2 }) });
      const times = [60, 120].map((from) => ({ start: minutes(from - 60), end: minutes(from) }));
      const { slots } = await host.createSlots({ ...by, slots: [times[0], times[1]] as typeof times });
      await host.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-9" });
      // From ten to eleven a slot is free, right after one that is booked.
      const free = slots[1]?.id;
      const careful = stage(storage, { policies: [buffer({ beforeMinutes: 15, afterMinutes: 0 })] }).as(patient);
      const wanted = { ...search, from: minutes(60), to: minutes(100), subjectId: "p-1" };
      assert.deepEqual((await careful.findTimes(wanted)).items, []);
      const at = { ...place, start: minutes(75), end: minutes(105) };
      const explained = await careful.explain({ ...at, subjectId: "p-1" });
      assert.equal(explained.onOffer, false);
      await refusal(careful.book({ ...at, subjectId: "p-1" }), "policy_violation");
      const authorize = (request: AccessRequest) => {
        const records = [
          ...("slots" in request ? request.slots : []),
          ...("record" in request ? [request.record] : []),
        ];
        return records.some((one) => one?.id === free) ? "It is kept for the staff" : undefined;
      };
      const blind = stage(storage, { authorize }).as(patient);
      assert.deepEqual((await blind.findTimes(wanted)).items, []);
      await refusal(blind.book({ ...at, subjectId: "p-1" }), "no_slot_available");
      const { slots: taken } = await host.book({ ...at, actor: patient, subjectId: "p-1" });
      assert.deepEqual(
        taken.map(({ id }) => id),
        [free],
      );
    },
  },
  {
    key: "computed.explained",
    title: "an explanation of a time says what the hours say of it, and what is in the way of an opening",
    async run({ storage }) {
      const engine = stage(storage);
      const explained = async (from: number, to: number, more = {}) => {
        const { onOffer, reasons, slot, hours } = await engine.explain({
          ...place,
          start: minutes(from),
          end: minutes(to),
          ...more,
        });
        return [onOffer, reasons.map(({ error }) => error.code).join(" "), slot?.status ?? null, hours];
      };
      assert.deepEqual(await explained(0, 30), [false, "no_slot_available", null, null]);
      const exceptions = [{ first: "2026-03-03", last: "2026-03-03", hours: [{ from: "10:00", to: "11:00" }] }];
      const hours = computed("09:00", "11:00", {}, { exceptions });
      await engine.setAvailability({ ...by, hours: { ...hours, openings: "published" } });
      assert.deepEqual(await explained(0, 30), [false, "no_slot_available", null, "offered"]);
      await engine.setAvailability({ ...by, hours });
      assert.deepEqual(await explained(0, 30), [true, "", null, "offered"]);
      assert.deepEqual(await explained(0, 60), [true, "", null, "offered"]);
      assert.deepEqual(await explained(10, 40), [false, "no_slot_available", null, "grid"]);
      assert.deepEqual(await explained(110, 140), [false, "no_slot_available", null, "weekly"]);
      assert.deepEqual(await explained(dayMinutes, dayMinutes + 30), [false, "no_slot_available", null, "exception"]);
      assert.deepEqual(await explained(dayMinutes + 60, dayMinutes + 90), [true, "", null, "offered"]);
      await bookAt(engine, 30);
      assert.deepEqual(await explained(30, 60), [false, "slot_booked", "booked", "offered"]);
      assert.deepEqual(await explained(0, 60), [false, "no_slot_available slot_overlap", null, "offered"]);
      const { slots } = await engine.createSlots({ ...by, slots: [{ start: minutes(70), end: minutes(80) }] });
      await engine.block({ actor: provider, slotId: slots[0]?.id ?? "" });
      assert.deepEqual(await explained(60, 90), [false, "no_slot_available slot_blocked", null, "offered"]);
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00", { capacity: 2 }) });
      assert.deepEqual(await explained(30, 60), [true, "", null, "offered"]);
    },
  },
  {
    key: "computed.explained-exceptions",
    title: "an explanation of a time names the exception that cuts a night short, or that has its time",
    async run({ storage }) {
      const engine = stage(storage);
      const verdict = async (from: number, length = 30) =>
        (await engine.explain({ ...place, start: minutes(from), end: minutes(from + length) })).hours;
      const night = 13 * 60;
      const closed = { first: "2026-03-03", last: "2026-03-03", hours: [] };
      const nights = computed("22:00", "28:00", {}, { exceptions: [closed] });
      await engine.setAvailability({ ...by, hours: nights });
      assert.equal(await verdict(night + 60), "offered");
      assert.equal(await verdict(night + 90, 60), "exception");
      assert.equal(await verdict(night + 120), "exception");
      assert.equal(await verdict(night - 30), "weekly");
      assert.equal(await verdict(night + 10), "grid");
      const extra = { first: "2026-03-02", last: "2026-03-02", extra: true, hours: [{ from: "10:00", to: "10:30" }] };
      const hours = computed("09:00", "12:00", { step: 15 }, { exceptions: [extra] });
      await engine.setAvailability({ ...by, hours });
      assert.deepEqual(
        [await verdict(30), await verdict(45), await verdict(60), await verdict(75), await verdict(90)],
        ["offered", "exception", "offered", "exception", "offered"],
      );
      assert.equal(await verdict(50), "grid");
      assert.equal(await verdict(170), "weekly");
    },
  },
  {
    key: "computed.alternatives",
    title: "a refused booking of a time is offered the openings nearby that it could have had, beside free slots",
    async run({ storage }) {
      const engine = stage(storage, { policies: [noOverlapOfSubject()] });
      await engine.createSlots({ ...by, slots: [{ start: minutes(150), end: minutes(180) }] });
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00") });
      await bookAt(engine, 60);
      const elsewhere = { ...by, facilityId: "south" };
      const { slots } = await engine.createSlots({ ...elsewhere, slots: [{ start: minutes(20), end: minutes(40) }] });
      await engine.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-2" });
      const wanted = { subjectId: "p-2", alternatives: 3 };
      const offered = async (from: number, code: "no_slot_available" | "policy_violation") => {
        const { details } = await refusal(bookAt(engine, from, 30, wanted), code);
        const { alternatives = [] } = details;
        for (const { slotId, start, end } of alternatives) {
          const { possible } = await engine.preview("book", { actor: patient, ...place, start, end, ...wanted });
          assert.ok(possible, `${slotId} ${start.toISOString()}`);
        }
        return alternatives.map(({ slotId, start }) => [slotId === null, (+start - +minutes(0)) / 60_000]);
      };
      // What overlaps the other appointment of the subject is not offered.
      assert.deepEqual(await offered(60, "no_slot_available"), [
        [true, 90],
        [false, 150],
        [true, dayMinutes],
      ]);
      assert.deepEqual((await offered(30, "policy_violation"))[0], [true, 90]);
    },
  },
  {
    key: "computed.authorize",
    title: "authorize decides about an opening as about the slot that its booking would make",
    async run({ storage }) {
      const asked: AccessRequest[] = [];
      const engine = stage(storage, {
        authorize(request: AccessRequest) {
          if (request.actor.kind === "provider") return undefined;
          asked.push(request);
          if (request.action === "command") return request.input.subjectId === "p-1" ? undefined : "Not yours.";
          return request.action === "list" && request.record.start < minutes(30) ? "Not listed." : undefined;
        },
      });
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30") });
      const own = engine.as(patient);
      const to = minutes(dayMinutes - 600);
      assert.deepEqual(shownTimes(await found(own, { to })), ["30", "60"]);
      const [first] = asked;
      assert.ok(first?.action === "list" && first.record.kind === "slot");
      const { status, version, providerId, start } = first.record;
      assert.deepEqual([status, version, providerId, start], ["available", 0, place.providerId, minutes(0)]);
      assert.deepEqual(shownTimes(await found(own, { to, subjectId: "p-1" })), ["30", "60"]);
      assert.deepEqual(shownTimes(await found(own, { to, subjectId: "p-2" })), []);
      await refusal(own.book({ ...place, start: minutes(30), end: minutes(60), subjectId: "p-2" }), "forbidden");
      asked.length = 0;
      await bookAt(engine, 30, 30, { actor: patient });
      assert.deepEqual(
        asked.map((request) => (request.action === "command" ? [request.command, request.slot] : request.action)),
        [["book", null]],
      );
    },
  },
];
