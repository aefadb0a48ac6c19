import assert from "node:assert/strict";
import { type BusyInterval, type Engine, type Slot, weekdays } from "@slotwright/core";
import {
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { busy, busyStage, countedStage, countsOf, day, importing, listed, statusesOf } from "./busy-stage.ts";

export const importBusyCases: readonly ConformanceCase[] = [
  {
    key: "busy.replaced",
    title:
      "busy time blocks what is free, reports what is booked, and is replaced by the next import; again at no cost",
    async run({ storage, second }) {
      const { engine, counts } = countedStage(storage);
      await refusal(importing(engine, []), "schedule_not_found");
      const slots = await publish(engine, 4);
      const [first, next] = slots as readonly [Slot, Slot, ...Slot[]];
      const { appointment } = await engine.book({ actor: patient, slotId: first.id, subjectId: "p-1" });
      const intervals = [busy(10, 40), busy(35, 65)];
      const dry = await importing(engine, intervals, { dryRun: true });
      assert.deepEqual([countsOf(dry), dry.dryRun], [[1, 0, 0, 2, 0, 1], true]);
      assert.equal(await statusesOf(engine, slots), "booked available available available");
      const done = await importing(engine, intervals);
      assert.deepEqual(done, { ...dry, dryRun: false });
      const { id: slotId, start, end } = first;
      assert.deepEqual(done.taken, [{ slotId, appointmentId: appointment.id, start, end }]);
      assert.equal(await statusesOf(engine, slots), "booked blocked blocked available");
      await refusal(engine.book({ actor: patient, slotId: next.id, subjectId: "p-2" }), "slot_blocked");
      counts.commits = 0;
      assert.deepEqual(countsOf(await importing(engine, intervals)), [0, 1, 0, 0, 0, 1]);
      // Wherever the window begins and ends.
      const later = { from: minutes(20), until: minutes(4 * day) };
      assert.deepEqual(countsOf(await importing(engine, intervals, later)), [0, 1, 0, 0, 0, 1]);
      assert.equal(counts.commits, 0);
      assert.deepEqual(countsOf(await importing(busyStage(second), [busy(70, 80)])), [1, 0, 1, 0, 1, 0]);
      assert.equal(await statusesOf(engine, slots), "booked available blocked available");
      // What lies outside of the window is left alone.
      assert.deepEqual(countsOf(await importing(engine, [], { from: minutes(80) })), [0, 0, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [], { until: minutes(70) })), [0, 0, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [busy(10, 65)])), [1, 0, 1, 1, 0, 1]);
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 2, 0]);
      assert.equal(await statusesOf(engine, slots), "booked available available available");
      await assertSound(storage);
    },
  },
  {
    key: "busy.sources",
    title: "what two calendars have blocked is free again when it is over in both",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slots = await publish(engine, 3);
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 60)])), [1, 0, 0, 2, 0, 0]);
      const other = { source: "private" };
      assert.deepEqual(countsOf(await importing(engine, [busy(30, 90)], other)), [1, 0, 0, 1, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 1, 0]);
      assert.equal(await statusesOf(engine, slots), "available blocked blocked");
      assert.deepEqual(countsOf(await importing(engine, [], other)), [0, 0, 1, 0, 2, 0]);
      assert.equal(await statusesOf(engine, slots), "available available available");
      await assertSound(storage);
    },
  },
  {
    key: "busy.by-hand",
    title:
      "what was blocked by hand stays blocked, what is unblocked by hand stays so, and busy time itself cannot be unblocked",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slots = await publish(engine, 3);
      const [first, next, last] = slots.map(({ id }) => id) as [string, string, string];
      await engine.block({ actor: provider, slotId: first });
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 90)])), [1, 0, 0, 2, 0, 0]);
      await engine.unblock({ actor: provider, slotId: next });
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 90)])), [0, 1, 0, 0, 0, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked available blocked");
      const own = (await listed(engine)).filter(({ id }) => ![first, next, last].includes(id));
      assert.deepEqual(
        own.map(({ status }) => status),
        ["blocked"],
      );
      const { details } = await refusal(
        engine.unblock({ actor: provider, slotId: own[0]?.id ?? "" }),
        "invalid_transition",
      );
      assert.equal(details.busySource, "hospital");
      // A slot that was blocked again by hand stays blocked, whatever the calendar says later.
      await engine.block({ actor: provider, slotId: next });
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 1, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked blocked available");
      assert.equal((await engine.getSlot(own[0]?.id ?? "")).status, "withdrawn");
      await assertSound(storage);
    },
  },
  {
    key: "busy.published",
    title:
      "nothing is published into busy time, slots that are created there are blocked by the next import, and both come back",
    async run({ storage }) {
      const engine = busyStage(storage);
      const hours = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from: "09:00", to: "10:30" }] };
      await engine.setAvailability({ actor: provider, ...place, hours });
      const until = minutes(day - 60);
      assert.equal((await engine.publishSlots({ actor: provider, ...place, until: minutes(-60) })).created, 3);
      assert.deepEqual(countsOf(await importing(engine, [busy(-30, 35)])), [1, 0, 0, 0, 0, 0]);
      const published = await engine.publishSlots({ actor: provider, ...place, until });
      assert.deepEqual([published.created, published.obstructed], [1, 2]);
      const { slots } = await engine.createSlots({ actor: provider, ...place, slots: [busy(0, 20)] });
      assert.deepEqual(countsOf(await importing(engine, [busy(-30, 35)])), [0, 1, 0, 1, 0, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked");
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 1, 0]);
      assert.equal(await statusesOf(engine, slots), "available");
      assert.equal((await engine.publishSlots({ actor: provider, ...place, until })).created, 1);
      // Again at the same time, under another id.
      assert.deepEqual(countsOf(await importing(engine, [busy(-30, 35)])), [1, 0, 0, 2, 0, 0]);
      await assertSound(storage);
    },
  },
  {
    key: "busy.long",
    title: "busy time of weeks, and of more seats than one slot remembers, comes and goes as a whole",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slots = await publish(engine, 1, 250);
      const long = { until: minutes(40 * day) };
      const weeks = [{ start: "1999-01-01T00:00:00Z", end: minutes(20 * day) }];
      const { created, blocked } = await importing(engine, weeks, long);
      assert.deepEqual([created, blocked], [4, 250]);
      assert.deepEqual(countsOf(await importing(engine, weeks, long)), [0, 4, 0, 0, 0, 0]);
      assert.deepEqual(
        countsOf(await importing(engine, weeks, { ...long, from: minutes(9 * day) })),
        [0, 3, 0, 0, 0, 0],
      );
      const done = await importing(engine, [busy(15 * day, 16 * day)], long);
      assert.deepEqual([done.withdrawn, done.freed], [4, 250]);
      assert.equal(new Set((await statusesOf(engine, slots)).split(" ")).size, 1);
      assert.equal((await listed(engine)).filter(({ status }) => status === "blocked").length, 1);
      await assertSound(storage);
    },
  },
  {
    key: "busy.races",
    title:
      "when calendars are imported, slots booked, blocked and published at once, each booking keeps its slot, and the next import agrees",
    async run({ storage, second }) {
      const engines = [busyStage(storage), busyStage(second)] as const;
      const hours = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from: "09:00", to: "12:00" }] };
      await engines[0].setAvailability({ actor: provider, ...place, hours });
      const publishing = (engine: Engine) =>
        engine.publishSlots({ actor: provider, ...place, until: minutes(2 * day) });
      await publishing(engines[0]);
      const wanted = [[busy(0, 60)], [busy(30, 120), busy(day, day + 40)], []];
      const codes = new Set<string>();
      for (const [round, intervals] of [...wanted, ...wanted].entries()) {
        const free = (await listed(engines[0])).filter(({ status }) => status === "available");
        const calls = engines.flatMap((engine, index) => [
          importing(engine, intervals),
          importing(engine, wanted[(round + index) % 3] ?? [], { source: "private" }),
          engine.book({ actor: patient, slotId: free.at(index)?.id ?? "none", subjectId: `p-${round}` }),
          engine.block({ actor: provider, slotId: free.at(2 + index)?.id ?? "none" }),
          publishing(engine),
        ]);
        for (const outcome of await Promise.allSettled(calls)) {
          if (outcome.status === "rejected") codes.add(outcome.reason.code ?? String(outcome.reason));
        }
        await assertSound(storage);
      }
      const expected = ["slot_blocked", "slot_booked", "slot_withdrawn", "slot_not_found"];
      assert.deepEqual(
        [...codes].filter((code) => !expected.includes(code)),
        [],
      );
      for (const more of [{}, { source: "private" }]) {
        await importing(engines[0], [busy(0, 180)], more);
        assert.deepEqual(countsOf(await importing(engines[1], [busy(0, 180)], more)).slice(0, 5), [0, 1, 0, 0, 0]);
        await importing(engines[0], [], more);
      }
      const left = (await listed(engines[0])).filter(({ metadata }) => metadata.busy !== undefined);
      assert.deepEqual(left, []);
      await assertSound(storage);
    },
  },
  {
    key: "busy.between",
    title: "a slot that is booked before the import commits keeps its appointment, and is reported",
    async run({ storage, second }) {
      const other = busyStage(second);
      const [slot] = await publish(other, 2);
      let meanwhile: (() => Promise<unknown>) | undefined;
      const stopping = intercepted(storage, (calls) => ({
        async commit(transitions, call) {
          const first = meanwhile;
          meanwhile = undefined;
          await first?.();
          return calls.commit(transitions, call);
        },
      }));
      meanwhile = () => other.book({ actor: patient, slotId: slot?.id ?? "", subjectId: "p-1" });
      const done = await importing(busyStage(stopping), [busy(0, 60)]);
      assert.deepEqual(countsOf(done), [1, 0, 0, 1, 0, 1]);
      assert.equal((await other.getSlot(slot?.id ?? "")).status, "booked");
      await assertSound(storage);
    },
  },
  {
    key: "busy.bad-input",
    title:
      "busy time that makes no sense, or is too much, is refused with its place, and authorize decides who imports",
    async run({ storage }) {
      const engine = engineOn(storage, {
        clock: manualClock(),
        authorize: (request) =>
          request.actor.kind === "provider" || request.action !== "command" ? undefined : "Not yours.",
      });
      await publish(engine);
      const bad: readonly (readonly [path: string, intervals: readonly BusyInterval[], more?: object])[] = [
        ["intervals.1.end", [busy(0, 30), busy(30, 30)]],
        ["intervals.0.start", [{ start: "soon", end: minutes(0) }]],
        ["intervals.0.start.timeZone", [{ start: { local: "2026-03-02T09:00", timeZone: "Mars" }, end: minutes(0) }]],
        ["intervals", Array(10_001).fill(busy(0, 30))],
        ["until", [], { until: minutes(-60) }],
        ["until", [], { until: minutes(801 * day) }],
        ["source", [], { source: "" }],
      ];
      for (const [path, intervals, more] of bad) {
        const { details } = await refusal(importing(engine, intervals, more), "invalid_input");
        assert.deepEqual(
          details.issues.map((issue) => issue.path),
          [path],
        );
      }
      await refusal(importing(engine, [busy(0, 30)], { signal: AbortSignal.abort() }), "aborted");
      await refusal(importing(engine, [], { actor: patient }), "forbidden");
      // More than one commit takes. The most that one call takes is tried in the tests of the engine.
      const many = Array.from({ length: 1100 }, (_, index) => busy(index, index + 0.5));
      await engine.createSlots({ actor: provider, ...place, slots: [busy(600, 630)] });
      assert.equal((await importing(engine, [busy(0, 1100)])).blocked, 2);
      // Nothing is free between two of the commits.
      const { created, withdrawn, blocked, freed } = await importing(engine, many);
      // The rest that one of the commits leaves is withdrawn by the next one.
      assert.deepEqual([created - withdrawn, blocked, freed], [1099, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, many)), [0, 1100, 0, 0, 0, 0]);
    },
  },
];
