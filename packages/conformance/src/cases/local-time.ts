import assert from "node:assert/strict";
import type { BookInput, InputIssue, LocalTime } from "@slotwright/core";
import { assertSound, engineOn, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const berlin = (local: string, disambiguation?: LocalTime["disambiguation"]): LocalTime => ({
  local,
  timeZone: "Europe/Berlin",
  disambiguation,
});

/** The hour that the clocks of Berlin show twice, as two slots. */
const twice = [
  { start: berlin("2027-10-31T02:00", "earlier"), end: "2027-10-31T02:00:00+01:00[Europe/Berlin]" },
  { start: "2027-10-31T02:00[Europe/Berlin][disambiguation=later]", end: berlin("2027-10-31T03:00") },
];

const skipped = berlin("2027-03-28T02:30");

export const localTimeCases: readonly ConformanceCase[] = [
  {
    key: "local-time.instants",
    title: "a local time with its zone is the instant at which the clocks show it, in commands, searches and lists",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const { slots } = await engine.createSlots({ actor: provider, ...place, slots: twice });
      assert.deepEqual(
        slots.map(({ start, end }) => [start.toISOString(), end.toISOString()]),
        [
          ["2027-10-31T00:00:00.000Z", "2027-10-31T01:00:00.000Z"],
          ["2027-10-31T01:00:00.000Z", "2027-10-31T02:00:00.000Z"],
        ],
      );
      const [first, next] = slots;
      const day = { from: berlin("2027-10-31T00:00"), to: "2027-11-01T00:00[Europe/Berlin]" };
      const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
      const reader = engineOn(second);
      assert.deepEqual(ids((await reader.listSlots(day)).items), ids(slots));
      const later = { ...day, from: berlin("2027-10-31T02:00", "later") };
      assert.deepEqual(ids((await reader.listSlots(later)).items), [next?.id]);
      assert.equal((await reader.findOpen(later)).items[0]?.slotId, next?.id);
      const want: BookInput = {
        ...{ actor: patient, subjectId: "p-1", ...place, idempotencyKey: "once" },
        ...{ start: berlin("2027-10-31T02:30", "earlier"), end: berlin("2027-10-31T02:00", "later") },
      };
      const { appointment } = await engine.book(want);
      assert.deepEqual(appointment.slotIds, [first?.id]);
      // However it is written, it is the same request.
      const { start, end } = appointment;
      const again = await reader.book({ ...want, start, end });
      assert.deepEqual([again.appointment, again.replayed], [appointment, true]);
      await assertSound(storage);
    },
  },
  {
    key: "local-time.refused",
    title:
      "a local time that the clocks skip or show twice is refused with its place, unless a word says what is meant",
    async run({ storage }) {
      const engine = engineOn(storage);
      const issuesOf = async (call: Promise<unknown>) =>
        (await refusal(call, "invalid_input")).details.issues.map(({ path, code }: InputIssue) => [path, code]);
      const create = (start: LocalTime | string) =>
        engine.createSlots({ actor: provider, ...place, slots: [{ start, end: berlin("2027-03-28T04:00") }] });
      assert.deepEqual(await issuesOf(create(skipped)), [["slots.0.start.local", "no_such_time"]]);
      assert.deepEqual(await issuesOf(create("2027-03-28T02:30[Europe/Berlin]")), [["slots.0.start", "no_such_time"]]);
      assert.deepEqual(await issuesOf(create({ ...skipped, timeZone: "Mars/Olympus" })), [
        ["slots.0.start.timeZone", "not_a_time_zone"],
      ]);
      const shownTwice = { from: berlin("2027-10-31T02:00"), to: berlin("2027-10-31T04:00") };
      assert.deepEqual(await issuesOf(engine.findOpen(shownTwice)), [["from.local", "ambiguous_time"]]);
      assert.deepEqual((await engine.listSlots({ from: berlin("2027-03-28T00:00") })).items, []);
      const { slots } = await create({ ...skipped, disambiguation: "compatible" });
      assert.equal(slots[0]?.start.toISOString(), "2027-03-28T01:30:00.000Z");
    },
  },
];
