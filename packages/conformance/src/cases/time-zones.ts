import assert from "node:assert/strict";
import { engineOn, minutes, place, provider, refusal } from "../fixtures.ts";
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
      assert.deepEqual(await create("Europe/Kyiv"), first);
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
];
