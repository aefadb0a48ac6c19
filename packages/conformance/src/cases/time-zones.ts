import assert from "node:assert/strict";
import { assertSound, engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** Names of one zone: the one written first, and others with the same meaning. */
const zones = [
  ["Europe/Kyiv", "Europe/Kiev", "europe/kyiv"],
  ["Asia/Calcutta", "Asia/Kolkata"],
  ["Etc/UTC", "UTC", "GMT"],
  ["europe/berlin", "Europe/Berlin"],
] as const;

export const timeZoneCases: readonly ConformanceCase[] = [
  {
    key: "booking.time-zone-names",
    title: "a schedule keeps its time zone as first written, and accepts other names of the same zone",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      for (const [index, [written, ...aliases]] of zones.entries()) {
        const place = { providerId: `p-${index}`, facilityId: "f" };
        const create = (timeZone: string, at: number) =>
          engine.createSlots({
            actor: provider,
            ...place,
            timeZone,
            slots: [{ start: minutes(at), end: minutes(at + 30) }],
          });
        assert.equal((await create(written, 0)).schedule.timeZone, written);
        for (const [at, alias] of aliases.entries()) {
          const { schedule } = await create(alias, (at + 1) * 30);
          assert.equal(schedule.timeZone, written);
          assert.deepEqual(await second.load([{ kind: "schedule", id: schedule.id }]), [schedule]);
        }
        const { details } = await refusal(create("America/Lima", 600), "schedule_mismatch");
        assert.deepEqual([details.expected, details.actual], ["America/Lima", written]);
      }
    },
  },
  {
    key: "booking.time-zone-read",
    title: "a schedule can be read back with its time zone, by its provider and facility, or by its provider alone",
    async run({ storage, second, open }) {
      const engine = engineOn(storage);
      const create = {
        actor: provider,
        ...place,
        timeZone: "America/Lima",
        slots: [{ start: minutes(0), end: minutes(30) }],
      };
      const { schedule } = await engine.createSlots(create);
      const reader = engineOn(second);
      assert.deepEqual(await reader.getSchedule(place), schedule);
      const south = { ...place, facilityId: "south" };
      assert.deepEqual((await refusal(reader.getSchedule(south), "schedule_not_found")).details, south);
      await refusal(reader.getSchedule({ providerId: place.providerId }), "invalid_input");
      await engine.transaction(async ({ engine }) => assert.deepEqual(await engine.getSchedule(place), schedule));
      const everywhere = engineOn((await open()).storage, { overlapScope: "provider" });
      const spanning = (await everywhere.createSlots(create)).schedule;
      for (const one of [place, south, { providerId: place.providerId }]) {
        assert.deepEqual(await everywhere.getSchedule(one), spanning);
      }
      const nobody = await refusal(everywhere.getSchedule({ providerId: "nobody" }), "schedule_not_found");
      assert.deepEqual(nobody.details, { providerId: "nobody" });
    },
  },
  {
    key: "booking.time-zone-replay",
    title: "a key belongs to the request as written: the same zone name is a repeat, and an alias is another request",
    async run({ storage }) {
      const engine = engineOn(storage);
      const create = (timeZone: string) =>
        engine.createSlots({
          actor: provider,
          ...place,
          timeZone,
          idempotencyKey: "once",
          slots: [{ start: minutes(0), end: minutes(30) }],
        });
      const first = await create("Europe/Kyiv");
      assert.deepEqual(await create("Europe/Kyiv"), { ...first, replayed: true });
      await refusal(create("Europe/Kiev"), "idempotency_key_reused");
    },
  },
  {
    key: "booking.time-zone-unknown",
    title: "a schedule whose time zone this runtime does not know stays usable, and is not taken for another zone",
    async run({ storage, corrupt }) {
      const engine = engineOn(storage);
      const create = (at: number, timeZone?: string) =>
        engine.createSlots({
          actor: provider,
          ...place,
          ...(timeZone !== undefined && { timeZone }),
          slots: [{ start: minutes(at), end: minutes(at + 30) }],
        });
      const { schedule } = await create(0, "Europe/Berlin");
      // As a runtime with newer time zones would store it.
      await corrupt({ put: [{ ...schedule, timeZone: "Mars/Olympus_Mons" }] });
      assert.equal((await create(30)).schedule.timeZone, "Mars/Olympus_Mons");
      await refusal(create(60, "Europe/Berlin"), "schedule_mismatch");
      await refusal(create(60, "Mars/Olympus_Mons"), "invalid_input");
    },
  },
  {
    key: "booking.time-zone-of-refusals",
    title: "a refusal that tells a time has the zone of the schedule, also within a host's transaction",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const slots = [0, 30].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
      const created = await engine.createSlots({ actor: provider, ...place, timeZone: "Europe/Berlin", slots });
      const [slotId, other] = created.slots.map(({ id }) => id) as [string, string];
      await engine.hold({ actor: patient, slotId, seconds: 600 });
      const want = { actor: patient, slotId, subjectId: "p-2" };
      const later = { actor: patient, subjectId: "p-2", ...place, start: minutes(90), end: minutes(120) };
      // None of these engines has seen the schedule.
      const host = await beginHostTransaction();
      for (const one of [engineOn(second), engineOn(second).within(host.transaction)]) {
        assert.equal((await refusal(one.book(want), "slot_held")).details.timeZone, "Europe/Berlin");
        assert.equal((await refusal(one.book(later), "no_slot_available")).details.timeZone, "Europe/Berlin");
        await refusal(one.createSlots({ actor: provider, ...place, slots }), "slot_overlap");
      }
      await host.commit();
      await engine.book({ ...want, slotId: other });
      const { message } = (await refusal(engineOn(second).book(later), "no_slot_available")).toResponse();
      assert.match(message, /Mon, 2 Mar 2026, 11:30–12:00\./);
      await assertSound(storage);
    },
  },
];
