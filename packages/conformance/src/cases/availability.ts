import assert from "node:assert/strict";
import { type Engine, type Hours, weekdays } from "@slotwright/core";
import { engineOn, manualClock, minutes, patient, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const mornings: Hours = {
  offer: { minutes: 30 },
  weekly: [{ days: ["monday"], from: "09:00", to: "12:00" }],
};
const asStored = {
  openings: "published",
  offer: { minutes: 30, step: 30, capacity: 1 },
  weekly: [{ days: ["monday"], from: 540, to: 720 }],
  exceptions: [],
};
const evenings: Hours = { offer: { minutes: 60 }, weekly: [{ days: ["tuesday"], from: "17:00", to: "26:00" }] };
const set = { actor: provider, ...place };

/** Three nights, each until two, in place of those of the week. */
const nights: Hours = {
  offer: { minutes: 60 },
  weekly: [{ days: weekdays, from: "23:00", to: "25:00" }],
  exceptions: [{ first: "2026-03-02", last: "2026-03-04", hours: [{ from: "22:00", to: "26:00" }] }],
};

/** What is wrong with hours, and where. */
const wrong: readonly (readonly [path: string, hours: Hours])[] = [
  ["hours.weekly.0.to", weekly({ from: "12:00", to: "09:00" })],
  ["hours.weekly.0.to", weekly({ from: 0, to: 2881 })],
  ["hours.weekly.0.from", weekly({ from: "24:00", to: "26:00" })],
  ["hours.weekly.0.validUntil", weekly({ validFrom: "2027-02-01", validUntil: "2027-01-31" })],
  ["hours.weekly.0.validFrom", weekly({ validFrom: "2027-02-30" })],
  ["hours.weekly.1", { ...mornings, weekly: [...mornings.weekly, ...weekly({ from: "11:00", to: "13:00" }).weekly] }],
  ["hours.exceptions.0.last", { ...mornings, exceptions: [{ first: "2027-02-02", last: "2027-02-01", hours: [] }] }],
  [
    "hours.exceptions.0.hours.1",
    {
      ...mornings,
      exceptions: [
        {
          first: "2027-02-02",
          last: "2027-02-02",
          hours: [
            { from: "09:00", to: "12:00" },
            { from: "11:00", to: "13:00" },
          ],
        },
      ],
    },
  ],
  ["hours.exceptions", { ...mornings, exceptions: manyExceptions(1_501) }],
  ["hours.exceptions", { ...mornings, exceptions: manyExceptions(10_000) }],
  // Not too many, and too long to keep.
  ["hours", { ...mornings, exceptions: manyExceptions(1_500, 8) }],
];

function weekly(changes: Partial<Hours["weekly"][number]>): Hours {
  return { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: "09:00", to: "12:00", ...changes }] };
}

function manyExceptions(length: number, windows = 0): Hours["exceptions"] & object {
  const offer = { minutes: 30, step: 30, capacity: 1_000 };
  const hours = Array.from({ length: windows }, (_, nth) => ({ from: 1_000 + nth * 30, to: 1_030 + nth * 30, offer }));
  return Array.from({ length }, () => ({ first: "2027-02-02", last: "2027-02-02", hours }));
}

const entriesOf = async (engine: Engine, availabilityId: string) => (await engine.history({ availabilityId })).items;

export const availabilityCases: readonly ConformanceCase[] = [
  {
    key: "availability.record",
    title: "hours are a record with versions: set, read, changed, with a history and with entries in the feed",
    async run({ storage, second }) {
      const [engine, reader] = [engineOn(storage), engineOn(second)];
      await refusal(reader.getAvailability(place), "availability_not_found");
      const first = await engine.setAvailability({ ...set, timeZone: "Europe/Berlin", hours: mornings });
      assert.deepEqual(first.availability.hours, asStored);
      assert.deepEqual(await reader.getAvailability(place), first.availability);
      assert.equal((await reader.getSchedule(place)).timeZone, "Europe/Berlin");
      const { availability } = await engine.setAvailability({ ...set, hours: evenings, reason: "New year" });
      assert.deepEqual([availability.version, availability.timeZone], [2, "Europe/Berlin"]);
      assert.deepEqual(await reader.getAvailability(place), availability);
      const [created, changed, ...more] = await entriesOf(reader, availability.id);
      assert.deepEqual([created?.version, changed?.version, more.length], [1, 2, 0]);
      assert.deepEqual([created?.fromStatus, changed?.fromStatus, changed?.reason], [null, "set", "New year"]);
      assert.deepEqual(changed?.changes, { hours: { from: asStored, to: availability.hours } });
      await reader.setAvailability({ ...set, facilityId: "south", hours: mornings });
      const { entries } = await reader.changes({ facilityId: place.facilityId });
      assert.deepEqual(entries, [created, changed]);
      assert.equal((await reader.changes({ providerIds: [place.providerId] })).entries.length, 3);
      assert.deepEqual((await reader.changes({ providerIds: ["nobody"] })).entries, []);
    },
  },
  {
    key: "availability.unchanged",
    title: "an entry of hours names what has changed, in whatever order the storage keeps the fields of a document",
    async run({ storage }) {
      const engine = engineOn(storage);
      await engine.setAvailability({ ...set, timeZone: "Europe/Berlin", hours: mornings });
      await engine.setAvailability({ ...set, timeZone: "Europe/Madrid", hours: mornings });
      const [, second] = (await engine.changes({})).entries;
      assert.deepEqual(second?.changes.timeZone, { from: "Europe/Berlin", to: "Europe/Madrid" });
      assert.equal(second?.changes.hours, undefined);
    },
  },
  {
    key: "availability.versions",
    title: "hours are changed only from the version that was seen, and once for a key",
    async run({ storage }) {
      const engine = engineOn(storage);
      const once = { ...set, hours: mornings, ifVersion: 0, idempotencyKey: "once" };
      const { availability } = await engine.setAvailability(once);
      assert.deepEqual(await engine.setAvailability(once), { availability, replayed: true });
      const { details } = await refusal(
        engine.setAvailability({ ...set, hours: evenings, ifVersion: 0 }),
        "version_conflict",
      );
      assert.deepEqual(details, { record: "availability", id: availability.id, expected: 0, actual: 1 });
      await engine.setAvailability({ ...set, hours: evenings, ifVersion: 1 });
      await refusal(engine.setAvailability({ ...once, hours: evenings }), "idempotency_key_reused");
      assert.equal((await engine.getAvailability(place)).version, 2);
    },
  },
  {
    key: "availability.dry-run",
    title: "a dry run answers with the version that is stored, from which the same hours can then be set",
    async run({ storage, second }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      for (const [stored, hours] of [mornings, evenings].entries()) {
        const { availability } = await engine.setAvailability({ ...set, hours, dryRun: true, idempotencyKey: "dry" });
        assert.equal(availability.version, stored);
        await refusal(
          engine.setAvailability({ ...set, hours, ifVersion: stored + 1, dryRun: true }),
          "version_conflict",
        );
        const done = await engine.setAvailability({ ...set, hours, ifVersion: availability.version });
        assert.deepEqual([done.availability.version, done.availability.hours], [stored + 1, availability.hours]);
      }
      const { availability } = await engine.setAvailability({ ...set, hours: mornings, dryRun: true });
      await other.setAvailability({ ...set, hours: mornings });
      await refusal(
        engine.setAvailability({ ...set, hours: mornings, ifVersion: availability.version }),
        "version_conflict",
      );
    },
  },
  {
    key: "availability.races",
    title: "of ten who set the first hours one wins, and of ten who change them none is lost",
    async run({ storage, second }) {
      const engines = [engineOn(storage), engineOn(second)] as const;
      const setTen = (more: object) =>
        Array.from({ length: 10 }, (_, index) =>
          engines[index % 2 === 0 ? 0 : 1].setAvailability({ ...set, hours: mornings, ...more }),
        );
      assert.deepEqual(await tally(setTen({ ifVersion: 0 })), { ok: 1, version_conflict: 9 });
      assert.deepEqual(await tally(setTen({})), { ok: 10 });
      const { id, version } = await engines[0].getAvailability(place);
      const versions = (await entriesOf(engines[0], id)).map((entry) => entry.version);
      assert.deepEqual([version, versions], [11, Array.from({ length: 11 }, (_, index) => index + 1)]);
      const { entries } = await engines[1].changes({});
      assert.deepEqual(
        entries.map((entry) => entry.version),
        versions,
      );
    },
  },
  {
    key: "availability.access",
    title: "authorize decides who sets hours, reads them, and sees how they have changed",
    async run({ storage }) {
      const engine = engineOn(storage, {
        authorize: (request) => {
          if (request.actor.kind === "provider") return undefined;
          if (request.action === "history" || request.action === "changes") return { hide: ["actor"] };
          return request.action === "read" && request.record.kind === "availability" ? undefined : "Not yours.";
        },
      });
      const { availability } = await engine.setAvailability({ ...set, hours: mornings });
      const [owner, reader] = [engine.as(provider), engine.as(patient)];
      await refusal(reader.setAvailability({ ...place, hours: evenings }), "forbidden");
      assert.deepEqual(await owner.getAvailability(place), availability);
      assert.deepEqual(await reader.getAvailability(place), availability);
      const [entry] = (await reader.history({ availabilityId: availability.id })).items;
      assert.deepEqual([entry?.actor, entry?.commandId, entry?.toStatus], [null, null, "set"]);
      assert.deepEqual((await reader.changes({})).entries, [entry]);
      const closed = engineOn(storage, { authorize: () => "Nobody." }).as(patient);
      await refusal(closed.getAvailability(place), "availability_not_found");
      assert.deepEqual((await closed.history({ availabilityId: availability.id })).items, []);
      assert.deepEqual((await closed.changes({})).entries, []);
    },
  },
  {
    key: "availability.within",
    title: "hours that are set within a transaction come and go with it",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      for (const end of ["rollback", "commit"] as const) {
        const host = await beginHostTransaction();
        const inside = engine.within(host.transaction);
        await inside.setAvailability({ ...set, hours: mornings });
        const { availability } = await inside.setAvailability({ ...set, hours: evenings, ifVersion: 1 });
        assert.deepEqual(await inside.getAvailability(place), availability);
        await refusal(engineOn(second).getAvailability(place), "availability_not_found");
        await host[end]();
      }
      assert.equal((await engineOn(second).getAvailability(place)).version, 2);
    },
  },
  {
    key: "availability.bad-input",
    title: "hours that make no sense are refused with the path of what is wrong, however many there are",
    async run({ storage }) {
      const engine = engineOn(storage);
      for (const [path, hours] of wrong) {
        const { details } = await refusal(engine.setAvailability({ ...set, hours }), "invalid_input");
        assert.equal(details.issues[0]?.path, path);
      }
      const zone = engine.setAvailability({ ...set, hours: mornings, timeZone: "Mars/Olympus" });
      assert.equal((await refusal(zone, "invalid_input")).details.issues[0]?.path, "timeZone");
      await refusal(engine.getAvailability(place), "availability_not_found");
      const tooMany = { ...mornings, exceptions: manyExceptions(1_501) };
      const { details } = await refusal(engine.setAvailability({ ...set, hours: tooMany }), "invalid_input");
      assert.match(details.issues[0]?.message ?? "", /1500/);
      // So many with an offer each fit, and an entry has them twice.
      const most = { ...mornings, exceptions: manyExceptions(1_500, 1) };
      const first = await engine.setAvailability({ ...set, hours: most });
      assert.equal(first.availability.hours.exceptions?.length, 1_500);
      const { availability } = await engine.setAvailability({ ...set, hours: { ...most, offer: { minutes: 15 } } });
      const [, changed] = await entriesOf(engine, availability.id);
      assert.deepEqual(changed?.changes.hours, { from: first.availability.hours, to: availability.hours });
    },
  },
  {
    key: "availability.nights",
    title: "an exception of several dates keeps its own nights, whether its openings are published or computed",
    async run({ storage }) {
      const engine = engineOn(storage, { clock: manualClock() });
      for (const openings of ["published", "computed", "both"] as const) {
        const there = { ...place, providerId: `dr-${openings}` };
        const offered = async () => {
          const bounds = { from: minutes(0), to: minutes(3 * 24 * 60), limit: 500 };
          const search = { providerIds: [there.providerId], facilityId: there.facilityId, minutes: 60 };
          const { items } = await engine.findTimes({ ...search, ...bounds });
          return items.map(({ start }) => start.toISOString().slice(8, 13)).join(" ");
        };
        const publish = () => engine.publishSlots({ actor: provider, ...there, until: minutes(3 * 24 * 60) });
        const change = async (hours: Hours) => {
          await engine.setAvailability({ actor: provider, ...there, hours: { ...hours, openings } });
          await publish();
          return offered();
        };
        assert.equal(await change(nights), "02T22 02T23 03T00 03T01 03T22 03T23 04T00 04T01 04T22 04T23 05T00 05T01");
        const time = { start: minutes(16 * 60), end: minutes(17 * 60) };
        assert.equal((await engine.explain({ ...there, ...time })).hours, "offered");
        await engine.book({ actor: patient, ...there, ...time, subjectId: openings });
        const again = await publish();
        assert.deepEqual([again.created, again.withdrawn, again.outsideCount], [0, 0, 0], openings);
        // A date that is closed takes nothing from the night before it.
        const closed = { first: "2026-03-03", last: "2026-03-03", hours: [] };
        const shorter = { ...nights, exceptions: [...(nights.exceptions ?? []), closed] };
        assert.equal(await change(shorter), "02T22 02T23 04T22 04T23 05T00 05T01");
        assert.equal((await engine.explain({ ...there, ...time })).hours, "exception");
        assert.equal((await publish()).outsideCount, 1, openings);
      }
    },
  },
];
