import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine, JournalEntry, Slot } from "@slotwright/core";
import { auditFeed } from "../feed-audit.ts";
import { readAll, subscriber } from "../feed-subscriber.ts";
import { engineOn, minutes, patient, place, provider, publish, publishOne } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";

/** What a screen keeps of a slot. */
interface Seen {
  readonly status: string;
  readonly version: number;
}

const times = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    start: minutes((from + index) * 30),
    end: minutes((from + index) * 30 + 30),
  }));

/** Books, cancels, blocks and publishes, while others read. */
async function keepBusy(engine: Engine, slots: readonly Slot[]): Promise<void> {
  const [first] = slots;
  const { providerId, facilityId } = first ?? place;
  const publishing = engine.createSlots({ actor: provider, providerId, facilityId, slots: times(4, slots.length) });
  const changing = slots.map(async ({ id: slotId }, index) => {
    const { appointment } = await engine.book({ actor: patient, slotId, subjectId: "p-1" });
    if (index % 2 === 0) await engine.cancel({ actor: patient, appointmentId: appointment.id });
    if (index % 4 === 0) await engine.block({ actor: provider, slotId });
  });
  await Promise.all([publishing, ...changing]);
}

export const feedReaderCases: readonly ConformanceCase[] = [
  {
    key: "feed.new-reader",
    title: "a new reader who takes a cursor and then the lists misses nothing of what happens meanwhile",
    async run({ storage, second, propertyRuns }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      for (let round = 0; round < Math.ceil(propertyRuns / 10); round++) {
        const providerId = `dr-${round}`;
        const { slots } = await engine.createSlots({ actor: provider, ...place, providerId, slots: times(8) });
        const wanted = { providerIds: [providerId] };
        const { cursor } = await engine.changes({ after: "end" });
        const shown = new Map<string, Seen>();
        const busy = keepBusy(other, slots);
        for (let page: string | null | undefined; page !== null; ) {
          const { items, nextCursor } = await engine.listSlots({ ...wanted, limit: 2, cursor: page });
          for (const { id, status, version } of items) shown.set(id, { status, version });
          page = nextCursor;
        }
        await busy;
        const { entries, isEnd } = await engine.changes({ ...wanted, after: cursor, limit: 500 });
        assert.equal(isEnd, true);
        for (const { recordKind, recordId, version, toStatus } of entries) {
          if (recordKind !== "slot" || version <= (shown.get(recordId)?.version ?? 0)) continue;
          shown.set(recordId, { status: toStatus, version });
        }
        const { items } = await other.listSlots(wanted);
        assert.deepEqual(
          new Map([...shown].sort()),
          new Map(items.map(({ id, status, version }): [string, Seen] => [id, { status, version }]).sort()),
        );
      }
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
      const gathered = subscriber(engine, { gatherMs: 100 });
      await all.has(4);
      const { cursor } = await engine.changes({ after: "end" });
      const news = subscriber(engine, { after: cursor });
      await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      await all.has(6);
      await other.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-2" });
      const host = await beginHostTransaction();
      await other.within(host.transaction).book({ actor: patient, slotId: slots[1]?.id ?? "", subjectId: "p-3" });
      await host.commit();
      const late = subscriber(engine, { after: all.parts[0]?.cursor ?? null });
      await Promise.all([
        all.has(10),
        gathered.has(10),
        news.has(6),
        late.has(10 - (all.parts[0]?.entries.length ?? 0)),
      ]);
      await Promise.all([all, gathered, news, late].map((one) => one.end()));
      const committed = await readAll(other);
      assert.deepEqual(auditFeed(all.entries, committed), []);
      assert.deepEqual(auditFeed(gathered.entries, committed), []);
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
      const slot = { actor: provider, slotId: (await publishOne(engine)).id };
      const told = Promise.all(subscribers.map((one) => one.has(1)));
      let areTold = false;
      told
        .finally(() => {
          areTold = true;
        })
        .catch(() => {});
      // What happens before the last of them has begun, it does not get.
      while (!areTold) {
        await engine.block(slot);
        await engine.unblock(slot);
        // A store in memory answers without a turn of the event loop, which the poll needs.
        await pause(5);
      }
      await told;
      const [before, begun] = [reads, performance.now()];
      await pause(500);
      const polls = (performance.now() - begun) / 50;
      assert.ok(reads > before, "it is polled");
      assert.ok(reads - before <= polls + 2, `${reads - before} reads in ${polls} polls`);
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
];
