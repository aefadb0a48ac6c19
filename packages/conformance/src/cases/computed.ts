import assert from "node:assert/strict";
import {
  type Booked,
  type Engine,
  type FindTimesInput,
  type FreeTime,
  type Hours,
  type Page,
  type StorageAdapter,
  weekdays,
} from "@slotwright/core";
import { assertSound, engineOn, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const by = { actor: provider, ...place };
const ada = { actor: patient, subjectId: "p-1" };
const dayMinutes = 24 * 60;

/** Hours of the two days of the cases, of which openings are computed. */
export const computed = (
  from: string,
  to: string,
  more: Partial<Hours["offer"]> = {},
  rest: Partial<Hours> = {},
): Hours => ({
  openings: "computed",
  offer: { minutes: 30, ...more },
  weekly: [{ days: weekdays, from, to, validFrom: "2026-03-02", validUntil: "2026-03-03" }],
  ...rest,
});

/** An engine by whose clock the cases are on the next day. */
export const stage = (storage: StorageAdapter, options: object = {}) =>
  engineOn(storage, { clock: manualClock(), ...options });

export const search = { providerIds: [place.providerId], facilityId: place.facilityId, minutes: 30 };

/** All pages of a search, each as long as it may be. */
export async function found(
  engine: Pick<Engine, "findTimes">,
  input: Partial<FindTimesInput> = {},
): Promise<readonly FreeTime[]> {
  const times: FreeTime[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<FreeTime> = await engine.findTimes({ ...search, ...input, cursor });
    times.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return times;
}

const minuteOf = (at: Date) => (at.getTime() - minutes(0).getTime()) / 60_000;

/** Minutes from nine o'clock on the first day, with an `s` where a slot is stored, and the seats if there are several. */
export const shownTimes = (times: readonly FreeTime[]) =>
  times.map(
    ({ start, slotId, seats }) => `${minuteOf(start)}${slotId === null ? "" : "s"}${seats === 1 ? "" : `x${seats}`}`,
  );

/** Books a time from so many minutes after nine o'clock on. */
export const bookAt = (engine: Engine, from: number, length = 30, more: object = {}): Promise<Booked> =>
  engine.book({ ...ada, ...place, start: minutes(from), end: minutes(from + length), ...more });

export const computedCases: readonly ConformanceCase[] = [
  {
    key: "computed.record",
    title: "hours say how their openings are offered, and are published unless they say otherwise",
    async run({ storage, second }) {
      const [engine, reader] = [stage(storage), stage(second)];
      const { openings: _, ...silent } = computed("09:00", "10:00");
      const first = await engine.setAvailability({ ...by, hours: silent });
      assert.equal(first.availability.hours.openings, "published");
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:00") });
      const { id, hours } = await reader.getAvailability(place);
      assert.equal(hours.openings, "computed");
      const [, changed] = (await reader.history({ availabilityId: id })).items;
      const { from, to } = (changed?.changes.hours ?? {}) as { from?: Hours; to?: Hours };
      assert.deepEqual([from?.openings, to?.openings], ["published", "computed"]);
      const { entries } = await reader.changes({ facilityId: place.facilityId });
      assert.deepEqual(entries.at(-1), changed);
      const wrong = { ...hours, openings: "sometimes" as never };
      const { details } = await refusal(engine.setAvailability({ ...by, hours: wrong }), "invalid_input");
      assert.deepEqual([details.issues[0]?.path, details.issues[0]?.code], ["hours.openings", "not_an_option"]);
    },
  },
  {
    key: "computed.book",
    title: "the booking of a computed opening makes its slot, and that of any other time is refused and makes nothing",
    async run({ storage, second }) {
      const [engine, reader] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00") });
      assert.deepEqual(shownTimes(await found(reader)), ["0", "30", "60", "90", "1440", "1470", "1500", "1530"]);
      const before = await reader.getSchedule(place);
      const { appointment, slots } = await bookAt(engine, 30);
      const [slot, ...more] = slots;
      assert.ok(slot !== undefined && more.length === 0);
      assert.deepEqual([appointment.status, appointment.slotIds], ["confirmed", [slot.id]]);
      assert.deepEqual([slot.status, slot.appointmentId, slot.version], ["booked", appointment.id, 1]);
      assert.deepEqual([slot.start, slot.end, slot.seat], [minutes(30), minutes(60), 0]);
      assert.deepEqual(await reader.getSlot(slot.id), slot);
      assert.equal((await reader.getSchedule(place)).version, before.version + 1);
      const { items } = await reader.history({ slotId: slot.id });
      assert.deepEqual(
        items.map(({ command, fromStatus, toStatus }) => [command, fromStatus, toStatus]),
        [["book", null, "booked"]],
      );
      assert.deepEqual(shownTimes(await found(reader)), ["0", "60", "90", "1440", "1470", "1500", "1530"]);
      const others: readonly (readonly [from: number, length: number])[] = [
        [30, 30], // taken
        [15, 30], // between two openings
        [0, 60], // partly taken
        [60, 45], // no number of steps
        [60, 15], // shorter than the offer
        [-30, 30], // before the hours
        [90, 60], // beyond their end
        [2 * dayMinutes, 30], // on a day without hours
      ];
      for (const [from, length] of others) {
        await refusal(bookAt(engine, from, length), "no_slot_available");
        const { possible } = await engine.preview("book", {
          ...ada,
          ...place,
          start: minutes(from),
          end: minutes(from + length),
        });
        assert.equal(possible, false);
      }
      const elsewhere = { ...ada, ...place, start: minutes(0), end: minutes(30) };
      await refusal(engine.book({ ...elsewhere, facilityId: "south" }), "no_slot_available");
      await refusal(engine.book({ ...elsewhere, providerId: "dr-yang" }), "no_slot_available");
      const seconds = { start: minutes(0), end: new Date(minutes(30).getTime() + 1) };
      await refusal(engine.book({ ...elsewhere, ...seconds }), "no_slot_available");
      assert.equal((await reader.listSlots(window())).items.length, 1);
      const preview = await engine.preview("book", elsewhere);
      assert.ok(preview.possible && preview.result.slots[0]?.status === "booked");
      await assertSound(storage);
    },
  },
  {
    key: "computed.freed",
    title: "what gives up a computed opening withdraws its slot, and the time is again what the hours say",
    async run({ storage }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30") });
      const all = await found(engine);
      const booked = [];
      for (const end of ["cancel", "markNoShow"] as const) {
        const { appointment, slots } = await bookAt(engine, 30);
        booked.push(slots[0]?.id);
        const ended = await engine[end]({ actor: provider, appointmentId: appointment.id });
        assert.deepEqual(
          ended.slots.map(({ status, version }) => [status, version]),
          [["withdrawn", 2]],
        );
        assert.deepEqual(await found(engine), all);
        assert.deepEqual((await engine.listSlots(window())).items, []);
      }
      // A longer one finds the time whole, under an id of its own.
      const { appointment, slots } = await bookAt(engine, 30, 60);
      booked.push(slots[0]?.id);
      assert.equal(new Set(booked).size, 3);
      const own = [{ start: minutes(-60), end: minutes(0) }];
      const created = await engine.createSlots({ ...by, slots: own });
      const slotId = created.slots[0]?.id ?? "";
      const moved = await engine.reschedule({ actor: provider, appointmentId: appointment.id, slotId });
      assert.deepEqual(
        moved.freedSlots.map(({ id, status }) => [id, status]),
        [[slots[0]?.id, "withdrawn"]],
      );
      const { appointment: last } = await bookAt(engine, 30, 60);
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30", {}, { weekly: [] }) });
      await engine.cancel({ actor: provider, appointmentId: last.id });
      // The hours offer nothing any more, and neither does what was freed.
      assert.deepEqual(await found(engine), []);
      await refusal(bookAt(engine, 30), "no_slot_available");
      const ended = await engine.cancel({ actor: provider, appointmentId: appointment.id });
      assert.deepEqual(
        ended.slots.map(({ status }) => status),
        ["available"],
      );
      await assertSound(storage);
    },
  },
  {
    key: "computed.deleted-by-hand",
    title: "a time whose slot was deleted by hand can be booked again, and the history of both stays",
    async run({ storage, corrupt }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:00") });
      const first = await bookAt(engine, 0);
      const ended = await engine.cancel({ actor: provider, appointmentId: first.appointment.id });
      const [gone] = ended.slots;
      assert.ok(gone !== undefined);
      await corrupt({ remove: [gone] });
      const { slots } = await bookAt(engine, 0);
      assert.equal(slots[0]?.status, "booked");
      assert.notEqual(slots[0]?.id, gone.id);
      assert.equal((await engine.history({ slotId: gone.id })).items.length, 2);
      await assertSound(storage);
    },
  },
  {
    key: "computed.lengths",
    title: "an appointment may take several steps of the grid, and what is left stays on offer",
    async run({ storage }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: computed("09:00", "11:00", { step: 15 }) });
      const to = minutes(dayMinutes - 600);
      const times = async (length: number) => shownTimes(await found(engine, { minutes: length, to }));
      assert.deepEqual(await times(30), ["0", "15", "30", "45", "60", "75", "90"]);
      assert.deepEqual(await times(45), ["0", "15", "30", "45", "60", "75"]);
      assert.deepEqual([await times(15), await times(40), await times(135)], [[], [], []]);
      await bookAt(engine, 30, 45);
      assert.deepEqual(await times(30), ["0", "75", "90"]);
      assert.deepEqual(await times(45), ["75"]);
      await refusal(bookAt(engine, 15, 30), "no_slot_available");
      await bookAt(engine, 75, 45);
      await bookAt(engine, 0, 30);
      assert.deepEqual(await times(30), []);
      await assertSound(storage);
    },
  },
  {
    key: "computed.beside-stored",
    title:
      "whatever is stored is in the way of a computed opening: what is free offers itself, and blocked time nothing",
    async run({ storage }) {
      const clock = manualClock();
      const engine = stage(storage, { clock });
      const stored = [0, 40, 80, 200].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
      const { slots } = await engine.createSlots({ ...by, slots: stored });
      const [free, blocked, held] = slots.map(({ id }) => id);
      await engine.block({ actor: provider, slotId: blocked ?? "" });
      await engine.hold({ actor: patient, slotId: held ?? "", seconds: 60 });
      await engine.setAvailability({ ...by, hours: computed("09:00", "12:00", { capacity: 2 }) });
      const to = minutes(dayMinutes - 600);
      const times = async (more = {}) => shownTimes(await found(engine, { to, ...more }));
      // A booking at 0 takes the free slot first, so its other seat comes later. In blocked time there is no seat at all.
      assert.deepEqual(await times(), ["0s", "90", "120x2", "150x2", "200s"]);
      assert.deepEqual(await times({ order: "latest" }), (await times()).toReversed());
      clock.advance(60_000);
      assert.deepEqual(await times(), ["0s", "80s", "90", "120x2", "150x2", "200s"]);
      const taken = await bookAt(engine, 0);
      assert.equal(taken.slots[0]?.id, free);
      assert.equal((await times())[0], "0");
      const beside = await bookAt(engine, 0);
      assert.deepEqual([beside.slots[0]?.seat, beside.slots[0]?.status], [1, "booked"]);
      await refusal(bookAt(engine, 0), "no_slot_available");
      await refusal(bookAt(engine, 60), "no_slot_available");
      const seats = [(await bookAt(engine, 120)).slots[0]?.seat, (await bookAt(engine, 120)).slots[0]?.seat];
      assert.deepEqual(
        [seats, await times()],
        [
          [0, 1],
          ["80s", "90", "150x2", "200s"],
        ],
      );
      // An appointment may be shorter than a slot that is stored, so a longer one is found as well.
      assert.deepEqual(await times({ minutes: 20 }), ["80s", "200s"]);
      await assertSound(storage);
    },
  },
  {
    key: "computed.modes",
    title: "published hours offer slots, computed ones openings, and hours that are both what is not published yet",
    async run({ storage }) {
      const engine = stage(storage);
      const hours = computed("09:00", "10:00");
      const days = async () => shownTimes(await found(engine));
      const horizon = minutes(dayMinutes - 600);
      await engine.setAvailability({ ...by, hours: { ...hours, openings: "published" } });
      assert.deepEqual(await days(), []);
      await refusal(bookAt(engine, 0), "no_slot_available");
      await engine.publishSlots({ ...by, until: horizon });
      assert.deepEqual(await days(), ["0s", "30s"]);
      await engine.setAvailability({ ...by, hours: { ...hours, openings: "both" } });
      assert.deepEqual(await days(), ["0s", "30s", "1440", "1470"]);
      assert.equal((await bookAt(engine, 1440)).slots[0]?.version, 1);
      assert.equal((await bookAt(engine, 0)).slots[0]?.version, 2);
      const both = await engine.publishSlots({ ...by, until: minutes(2 * dayMinutes) });
      // What was booked of an opening is what would have been published.
      assert.deepEqual([both.created, both.kept, both.withdrawn, both.outsideCount], [1, 3, 0, 0]);
      assert.deepEqual(await days(), ["30s", "1470s"]);
      const dry = await engine.setAvailability({ ...by, hours, dryRun: true, until: minutes(2 * dayMinutes) });
      await engine.setAvailability({ ...by, hours });
      const gone = await engine.publishSlots({ ...by, until: minutes(2 * dayMinutes) });
      assert.deepEqual(gone, { ...dry.effect, dryRun: false });
      assert.deepEqual([gone.created, gone.withdrawn, gone.outsideCount], [0, 2, 0]);
      assert.deepEqual(await days(), ["30", "1470"]);
      const later = computed("10:00", "11:00");
      const moved = await engine.setAvailability({ ...by, hours: later, dryRun: true, until: minutes(2 * dayMinutes) });
      assert.deepEqual(
        moved.effect?.outside.map(({ start }) => start),
        [minutes(0), minutes(1440)],
      );
      await assertSound(storage);
    },
  },
  {
    key: "computed.pages",
    title: "a search for times of a length goes on from page to page, in either order, and its cursors are its own",
    async run({ storage }) {
      const engine = stage(storage);
      const offices = ["dr-grey", "dr-yang", "dr-hunt"];
      for (const providerId of offices) {
        await engine.setAvailability({ ...by, providerId, hours: computed("09:00", "12:00") });
      }
      const own = [60, 90, 600].map((from) => ({ start: minutes(from), end: minutes(from + 30), capacity: 2 }));
      await engine.createSlots({ ...by, providerId: "dr-yang", slots: own });
      const input = { ...search, providerIds: offices };
      const all = (await engine.findTimes({ ...input, limit: 500 })).items;
      assert.equal(all.length, 3 * 12 + 1);
      for (const order of ["earliest", "latest"] as const) {
        for (const limit of [1, 2, 7]) {
          const wanted = order === "earliest" ? all : all.toReversed();
          assert.deepEqual(await found(engine, { ...input, order, limit }), wanted, `${order} ${limit}`);
        }
      }
      const { nextCursor } = await engine.findTimes({ ...input, limit: 1 });
      for (const other of [{ minutes: 60 }, { order: "latest" }, { facilityId: "south" }, { to: minutes(600) }]) {
        await refusal(engine.findTimes({ ...input, ...other, cursor: nextCursor } as FindTimesInput), "invalid_input");
      }
      await refusal(engine.findOpen({ providerIds: offices, cursor: nextCursor }), "invalid_input");
    },
  },
  {
    key: "computed.input",
    title: "a search for times of a length is bounded, and says what it lacks",
    async run({ storage }) {
      const engine = stage(storage);
      const wrong: readonly (readonly [path: string, input: object])[] = [
        ["providerIds", { providerIds: undefined }],
        ["facilityId", { facilityId: undefined }],
        ["minutes", { minutes: 0 }],
        ["minutes", { minutes: 2881 }],
        ["minutes", { minutes: 7.5 }],
        ["to", { from: minutes(0), to: minutes(62 * dayMinutes + 1) }],
        ["to", { to: minutes(90 * dayMinutes) }],
        ["cursor", { cursor: "x" }],
      ];
      for (const [path, more] of wrong) {
        const { details } = await refusal(engine.findTimes({ ...search, ...more } as FindTimesInput), "invalid_input");
        assert.equal(details.issues[0]?.path, path);
      }
      await refusal(engine.findTimes({ ...search, from: minutes(1), to: minutes(0) }), "invalid_time_range");
      await refusal(engine.findTimes({ ...search, subjectId: "p-1" }), "invalid_input");
      const widest = { from: minutes(0), to: minutes(62 * dayMinutes) };
      assert.deepEqual(await found(engine, widest), []);
    },
  },
];

function window() {
  return { from: minutes(-540), to: minutes(3 * dayMinutes) };
}
