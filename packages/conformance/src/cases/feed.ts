import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Changes, Engine, JournalEntry, SubscribeInput } from "@slotwright/core";
import { auditFeed } from "../feed-reader.ts";
import { assertSound, engineOn, minutes, patient, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";

/** A short name for each entry: what was done to which record. */
const namesOf = (entries: readonly JournalEntry[]) =>
  entries.map(({ command, recordKind, version }) => `${command} ${recordKind} ${version}`);

async function readAll(engine: Engine, limit = 500): Promise<readonly JournalEntry[]> {
  const all: JournalEntry[] = [];
  let after: string | null = null;
  for (;;) {
    const { entries, cursor, isEnd } = await engine.changes({ after, limit });
    all.push(...entries);
    if (isEnd) return all;
    assert.notEqual(cursor, after, "the cursor stays where it is");
    after = cursor;
  }
}

/** A subscriber that notes what it is given, until it is ended. */
function subscriber(engine: Pick<Engine, "subscribe">, input: SubscribeInput = {}) {
  const ended = new AbortController();
  const parts: Changes[] = [];
  const entries: JournalEntry[] = [];
  const running = (async () => {
    for await (const part of engine.subscribe({ pollMs: 20, ...input, signal: ended.signal })) {
      parts.push(part);
      entries.push(...part.entries);
    }
  })();
  return {
    entries,
    parts,
    /** Waits until it has had so many entries. */
    async has(count: number): Promise<void> {
      for (let waited = 0; entries.length < count; waited += 5) {
        assert.ok(waited < 20_000, `${entries.length} of ${count} entries have come`);
        await Promise.race([pause(5), running]);
      }
    },
    async end(): Promise<void> {
      ended.abort();
      await running;
    },
  };
}

export const feedCases: readonly ConformanceCase[] = [
  {
    key: "feed.changes",
    title: "the feed tells what every command did, with each changed field as it was and as it became",
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
    title: "the feed can be narrowed to providers and a facility, and tells those that a record leaves as well",
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
    key: "feed.subscribe",
    title: "subscribers are given what was and what happens, from every engine and in transactions, each entry once",
    async run({ storage, second, beginHostTransaction }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const [slot, ...slots] = await publish(engine, 4);
      assert.ok(slot);
      const all = subscriber(engine);
      const news = subscriber(engine, { after: "end" });
      await all.has(4);
      await pause(50);
      await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      await all.has(6);
      await other.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-2" });
      const host = await beginHostTransaction();
      await other.within(host.transaction).book({ actor: patient, slotId: slots[1]?.id ?? "", subjectId: "p-3" });
      await host.commit();
      const late = subscriber(engine, { after: all.parts[0]?.cursor ?? null });
      await Promise.all([all.has(10), news.has(6), late.has(10 - (all.parts[0]?.entries.length ?? 0))]);
      await Promise.all([all, news, late].map((one) => one.end()));
      const committed = await readAll(other);
      assert.deepEqual(auditFeed(all.entries, committed), []);
      assert.deepEqual(auditFeed([...(all.parts[0]?.entries ?? []), ...late.entries], committed), []);
      assert.equal(news.entries.length, 6);
      // The cursor of each part goes on where the next part begins.
      const [first, ...rest] = all.parts;
      const again = await other.changes({ after: first?.cursor ?? null });
      assert.deepEqual(
        auditFeed(
          rest.flatMap(({ entries }) => entries),
          again.entries,
        ),
        [],
      );
    },
  },
  {
    key: "feed.one-poller",
    title: "however many subscribe, one statement is read for each poll, and those that leave stop it",
    async run({ storage }) {
      let reads = 0;
      const counted = intercepted(
        storage,
        aroundCalls((call, proceed) => {
          if (call === "readFeed") reads += 1;
          return proceed();
        }),
      );
      const engine = engineOn(counted);
      const subscribers = Array.from({ length: 50 }, () => subscriber(engine, { after: "end", pollMs: 50 }));
      await pause(200);
      const before = reads;
      await pause(500);
      assert.ok(reads > before, "it is polled");
      assert.ok(reads - before <= 12, `${reads - before} reads in ten polls`);
      await publishOne(engine);
      await Promise.all(subscribers.map((one) => one.has(1)));
      await Promise.all(subscribers.map((one) => one.end()));
      await pause(60);
      const after = reads;
      await pause(200);
      assert.equal(reads, after);
    },
  },
  {
    key: "feed.slow",
    title: "a subscriber that is slow, or stops reading, misses nothing and holds up nobody",
    async run({ storage, propertyRuns }) {
      const engine = engineOn(storage);
      const fast = subscriber(engine);
      const slow = engine.subscribe({ pollMs: 20 })[Symbol.asyncIterator]();
      const idle = engine.subscribe({ pollMs: 20 })[Symbol.asyncIterator]();
      const entries: JournalEntry[] = [];
      const take = async () => entries.push(...((await slow.next()).value?.entries ?? []));
      await publishOne(engine);
      await take();
      await idle.next();
      const count = propertyRuns < 50 ? 20 : 100;
      for (let round = 0; round < count; round++) {
        const start = minutes(60 + round * 30);
        const slots = [{ start, end: new Date(start.getTime() + 1_800_000) }];
        await engine.createSlots({ actor: provider, ...place, slots });
        if (round % 10 === 0) await take();
      }
      await fast.has(count + 1);
      while (entries.length <= count) await take();
      await fast.end();
      await slow.return?.();
      await idle.return?.();
      const committed = await readAll(engine);
      assert.deepEqual(auditFeed(entries, committed), []);
      assert.deepEqual(auditFeed(fast.entries, committed), []);
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
