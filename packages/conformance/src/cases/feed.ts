import assert from "node:assert/strict";
import type { JournalEntry } from "@slotwright/core";
import { auditFeed } from "../feed-audit.ts";
import { readAll, subscriber } from "../feed-subscriber.ts";
import { assertSound, engineOn, minutes, patient, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** A short name for each entry: what was done to which record. */
const namesOf = (entries: readonly JournalEntry[]) =>
  entries.map(({ command, recordKind, version }) => `${command} ${recordKind} ${version}`);

export const feedCases: readonly ConformanceCase[] = [
  {
    key: "feed.changes",
    title: "the feed has what every command did, with each changed field as it was and as it became",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const { cursor } = await engine.changes({ after: "end" });
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      const { appointment } = await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: other.id });
      await engine.cancel({ actor: patient, appointmentId: appointment.id, reason: "Feels well again" });
      const reader = engineOn(second);
      const { entries, isEnd } = await reader.changes({ after: cursor });
      assert.equal(isEnd, true);
      assert.deepEqual(namesOf(entries).toSorted(), [
        "book appointment 1",
        "book slot 2",
        "cancel appointment 3",
        "cancel slot 3",
        "createSlots slot 1",
        "createSlots slot 1",
        "reschedule appointment 2",
        "reschedule slot 2",
        "reschedule slot 3",
      ]);
      const changesOf = (command: string, id: string) =>
        entries.find((entry) => entry.command === command && entry.recordId === id)?.changes;
      assert.deepEqual(changesOf("book", slot.id), {
        status: { from: "available", to: "booked" },
        appointmentId: { from: null, to: appointment.id },
      });
      assert.deepEqual(changesOf("reschedule", slot.id), {
        status: { from: "booked", to: "available" },
        appointmentId: { from: appointment.id, to: null },
      });
      assert.deepEqual(changesOf("reschedule", appointment.id), {
        start: { from: slot.start.toISOString(), to: other.start.toISOString() },
        end: { from: slot.end.toISOString(), to: other.end.toISOString() },
        slotIds: { from: [slot.id], to: [other.id] },
      });
      assert.deepEqual(changesOf("createSlots", slot.id)?.start, { to: slot.start.toISOString() });
      for (const limit of [1, 2, 3]) assert.deepEqual(auditFeed(await readAll(reader, limit), entries), []);
      await assertSound(storage);
    },
  },
  {
    key: "feed.filters",
    title: "the feed can be narrowed to providers and a facility, and those that a record leaves get its entry as well",
    async run({ storage }) {
      const engine = engineOn(storage);
      const room = { providerId: "room-1", facilityId: "north" };
      const create = async (at: typeof room, start: number) => {
        const slots = [{ start: minutes(start), end: minutes(start + 30) }];
        return (await engine.createSlots({ actor: provider, ...at, slots })).slots[0]?.id ?? "";
      };
      const [first, second] = [await create(place, 0), await create(place, 30)];
      const inRoom = await create(room, 0);
      await create({ providerId: "dr-who", facilityId: "south" }, 0);
      const taken = { slotId: first, alsoSlotIds: [inRoom] };
      const { appointment } = await engine.book({ actor: patient, ...taken, subjectId: "p-1" });
      await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: second });
      await engine.cancel({ actor: patient, appointmentId: appointment.id });
      const left = [
        "book appointment 1",
        "book slot 2",
        "createSlots slot 1",
        "reschedule appointment 2",
        "reschedule slot 3",
      ];
      for (const [filter, expected] of [
        [{ providerIds: ["room-1"] }, left],
        [{ facilityId: "south" }, ["createSlots slot 1"]],
        [{ providerIds: ["dr-who", "nobody"] }, ["createSlots slot 1"]],
        [{ providerIds: ["dr-grey"], facilityId: "south" }, []],
      ] as const) {
        const { entries, cursor, isEnd } = await engine.changes(filter);
        assert.deepEqual(namesOf(entries).toSorted(), expected);
        assert.equal(isEnd, true);
        // Also past what was left out.
        assert.deepEqual(await engine.changes({ after: cursor }), { entries: [], cursor, isEnd: true });
      }
      const { entries } = await engine.changes({ providerIds: ["room-1"] });
      const providers = entries.filter(({ recordKind }) => recordKind === "appointment").map((one) => one.providerIds);
      assert.deepEqual(providers, [["dr-grey", "room-1"], ["dr-grey"]]);
    },
  },
  {
    key: "feed.cursor-of-nothing",
    title: "a cursor of an empty database stands before everything that happens, and is the beginning of any other one",
    async run({ storage, open }) {
      const engine = engineOn(storage);
      const { cursor } = await engine.changes({ after: "end" });
      const following = subscriber(engine, { after: cursor });
      const [slot] = await publish(engine, 3);
      await engine.book({ actor: patient, slotId: slot?.id ?? "", subjectId: "p-1" });
      const committed = await readAll(engine);
      assert.equal(committed.length, 5);
      assert.deepEqual((await engine.changes({ after: cursor })).entries, committed);
      await following.has(5);
      await following.end();
      assert.deepEqual(auditFeed(following.entries, committed), []);
      const other = engineOn((await open()).storage);
      await publish(other, 2);
      const all = await readAll(other);
      assert.equal(all.length, 2);
      for (const limit of [1, 2]) {
        assert.deepEqual((await other.changes({ after: cursor, limit })).entries, all.slice(0, limit));
      }
    },
  },
  {
    key: "feed.cursors",
    title: "what is no cursor of the feed is refused, and one of another database is feed_reset",
    async run({ storage, open }) {
      const engine = engineOn(storage);
      const [first] = await publish(engine, 2);
      const { cursor } = await engine.changes({ limit: 1 });
      const page = await engine.listSlots({ limit: 1 });
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const [, mark] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [string, [number, number, string]];
      const wrong = [
        "",
        "start",
        cursor.slice(0, -3),
        page.nextCursor,
        encoded([]),
        encoded(["feed", mark, mark]),
        encoded(["feed", [-1, 1, mark[2]]]),
        encoded(["feed", [0, 0.5, mark[2]]]),
        encoded(["feed", [0, 1, "x".repeat(100)]]),
        encoded(["feed", ...Array(10_000).fill(mark)]),
      ];
      for (const after of wrong) {
        const { details } = await refusal(engine.changes({ after }), "invalid_input");
        assert.equal(details.issues[0]?.path, "after", String(after));
        assert.throws(() => engine.subscribe({ after }), { code: "invalid_input" });
      }
      const other = engineOn((await open()).storage);
      await publish(other, 1);
      for (const after of [cursor, encoded(["feed", [mark[0], mark[1] + 1_000, mark[2]]])]) {
        await refusal(other.changes({ after }), "feed_reset");
        const reading = (async () => {
          for await (const _ of other.subscribe({ after })) assert.fail("it gave something");
        })();
        await refusal(reading, "feed_reset");
      }
      for (const limit of [0, 501, 1.5]) await refusal(engine.changes({ limit }), "invalid_input");
      for (const pollMs of [0, 9, Number.NaN])
        assert.throws(() => engine.subscribe({ pollMs }), { code: "invalid_input" });
      assert.ok(first);
    },
  },
  {
    key: "feed.access",
    title: "an actor is given the entries that they may see, without what is hidden, and moves past the others",
    async run({ storage }) {
      const engine = engineOn(storage, {
        authorize: (request) => {
          if (request.action !== "changes") return undefined;
          if (request.record.kind === "slot") return { hide: ["appointmentId", "actor"] };
          if (request.record.kind === "availability") return "Not yours.";
          return request.record.subjectId === request.actor.id ? undefined : "Not yours.";
        },
      });
      const [first, second] = await publish(engine, 2);
      assert.ok(first && second);
      const own = await engine.book({ actor: patient, slotId: first.id, subjectId: patient.id });
      await engine.book({ actor: provider, slotId: second.id, subjectId: "p-2" });
      const reader = engine.as(patient);
      const { entries, cursor } = await reader.changes({});
      const appointments = entries.filter(({ recordKind }) => recordKind === "appointment");
      assert.deepEqual(
        appointments.map(({ recordId }) => recordId),
        [own.appointment.id],
      );
      assert.equal(entries.length, 5);
      const booked = entries.find(({ recordId, command }) => recordId === second.id && command === "book");
      assert.deepEqual(booked?.changes?.appointmentId, { from: null, to: null });
      assert.deepEqual([booked?.actor, booked?.commandId], [null, null]);
      assert.equal(cursor, (await engine.changes({})).cursor);
      const following = subscriber(reader as never);
      await following.has(5);
      await following.end();
      assert.deepEqual(following.entries, entries);
    },
  },
  {
    key: "feed.within",
    title: "the feed cannot be read within a transaction, because it has only what was committed",
    async run({ storage, beginHostTransaction }) {
      const engine = engineOn(storage);
      await publishOne(engine);
      const host = await beginHostTransaction();
      const inside = engine.within(host.transaction);
      await refusal(inside.changes({}), "storage_misused");
      assert.throws(() => inside.subscribe({}), { code: "storage_misused" });
      await host.rollback();
    },
  },
];
