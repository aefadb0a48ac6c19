import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { JournalEntry, Slot, StorageAdapter } from "@slotwright/core";
import { type FeedPosition, isStorageError, type Transition } from "@slotwright/core/adapter";
import { auditFeed } from "../feed-audit.ts";
import { createFeedReader } from "../feed-reader.ts";
import type { CaseContext, ConformanceCase } from "../harness.ts";
import { appointmentOn, bookedBy, creation, sampleSchedule, slotAt, transitionOf } from "../records.ts";

/** The next version of a slot. */
const next = (slot: Slot): Slot => ({ ...slot, version: slot.version + 1 });

/** Commits one transition after another. Others may be in the way for a while. */
async function commit(storage: StorageAdapter, ...transitions: readonly Transition[]): Promise<void> {
  for (const transition of transitions) {
    for (;;) {
      try {
        const [outcome] = await storage.commit([transition]);
        if (outcome?.status !== "busy") {
          assert.equal(outcome?.status, "committed");
          break;
        }
      } catch (error) {
        if (!isStorageError(error, "transient")) throw error;
      }
      await pause(Math.random() * 10);
    }
  }
}

async function endOf(storage: StorageAdapter): Promise<FeedPosition> {
  const read = await storage.readFeed({ after: "end", limit: 1 });
  if (read.status === "reset") assert.fail("the end does not fit");
  assert.deepEqual(read.entries, []);
  return read.position;
}

const entriesOf = (transitions: readonly Transition[]): readonly JournalEntry[] =>
  transitions.flatMap(({ journal }) => journal);

/** A slot that is created, booked and changed again: chains of versions in several commits. */
function story(minutes: number, { id: scheduleId, providerId } = sampleSchedule): readonly Transition[] {
  const slot = slotAt(minutes, { scheduleId, providerId });
  const appointment = appointmentOn(slot);
  const booked = bookedBy(slot, appointment);
  return [
    transitionOf(`create ${minutes}`, slot),
    transitionOf(`book ${minutes}`, appointment, booked),
    transitionOf(`change ${minutes}`, next(booked)),
  ];
}

const mostAttempts = 1_000;

/** A database with one writer at a time refuses to begin while another one writes. */
async function begun(begin: CaseContext["beginHostTransaction"]): ReturnType<CaseContext["beginHostTransaction"]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await begin();
    } catch (error) {
      if (attempt === mostAttempts) throw error;
      await pause(Math.random() * 20);
    }
  }
}

/** A host whose transaction is undone because others are in its way rolls back, and begins it again. */
async function commitInTransaction(
  { storage, beginHostTransaction }: CaseContext,
  transitions: readonly Transition[],
  rollsBack: boolean,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { transaction, commit: end, rollback } = await begun(beginHostTransaction);
    try {
      for (const transition of transitions) {
        assert.deepEqual(await storage.within(transaction).commit([transition]), [{ status: "committed" }]);
        await pause(Math.random() * 10);
      }
      await (rollsBack ? rollback() : end());
      return;
    } catch (error) {
      // Its locks would keep others, and the end of the case, waiting.
      await rollback().catch(() => {});
      if (!isStorageError(error, "transient") || attempt === mostAttempts) throw error;
    }
  }
}

/** Writers on two connections, each with stories of its own. Some work in transactions, half of which roll back. */
async function write(context: CaseContext, writer: number): Promise<readonly JournalEntry[]> {
  const { storage, second } = context;
  const written: JournalEntry[] = [];
  const schedule = { ...sampleSchedule, id: `schedule of ${writer}`, providerId: `provider ${writer}` };
  await commit(storage, transitionOf(schedule.id, schedule));
  for (const round of [0, 1, 2]) {
    const transitions = story((writer * 3 + round) * 30, schedule);
    const inTransaction = writer % 3 === 2;
    const rollsBack = inTransaction && round === 1;
    if (inTransaction) await commitInTransaction(context, transitions, rollsBack);
    else await commit(writer % 2 === 0 ? storage : second, ...transitions);
    if (!rollsBack) written.push(...entriesOf(transitions));
  }
  return written;
}

export const contractFeedCases: readonly ConformanceCase[] = [
  {
    key: "contract.feed",
    title: "the feed gives each committed entry once, page by page, from any position that it has returned",
    async run({ storage, second }) {
      const transitions = [creation(), ...story(0), ...story(30), ...story(60)];
      await commit(storage, ...transitions);
      const committed = entriesOf(transitions);
      for (const limit of [1, 2, 5, committed.length, 100]) {
        const reader = createFeedReader(second, limit);
        await reader.readToEnd();
        assert.deepEqual(auditFeed(reader.entries, committed), []);
        assert.deepEqual(await reader.read(), []);
        assert.deepEqual(reader.position, await endOf(storage));
      }
      const first = createFeedReader(storage, 4);
      const page = await first.read();
      assert.equal(page.length, 4);
      const rest = createFeedReader(second, 100, first.position);
      await rest.readToEnd();
      assert.deepEqual(auditFeed([...page, ...rest.entries], committed), []);
    },
  },
  {
    key: "contract.feed-end",
    title: "the end of the feed is a position after everything that was committed, and what comes later follows it",
    async run({ storage, second }) {
      assert.deepEqual(await endOf(storage), []);
      assert.deepEqual(await storage.readFeed({ after: null, limit: 10 }), {
        status: "read",
        entries: [],
        position: [],
      });
      const [before, after] = [story(0), story(30)];
      await commit(storage, creation(), ...before);
      const reader = createFeedReader(second, 100, await endOf(second));
      assert.deepEqual(await reader.read(), []);
      await commit(storage, ...after);
      await reader.readToEnd();
      assert.deepEqual(auditFeed(reader.entries, entriesOf(after)), []);
    },
  },
  {
    key: "contract.feed-reset",
    title: "a position whose entries are not there is reset: of another store, forged, or of what was rolled back",
    async run({ storage, open, beginHostTransaction }) {
      await commit(storage, creation(), ...story(0));
      const position = await endOf(storage);
      const [mark] = position;
      assert.ok(mark);
      const other = await open();
      await commit(other.storage, creation(), ...story(30));
      const forged: readonly FeedPosition[] = [
        await endOf(other.storage),
        [{ ...mark, seq: mark.seq + 1_000 }],
        [{ ...mark, digest: "forged" }],
        [{ ...mark, partition: 1_000_000 }],
        [...position, { ...mark, partition: mark.partition + 77 }],
      ];
      const { transaction, rollback } = await beginHostTransaction();
      const inside = storage.within(transaction);
      await commit(inside, ...story(60));
      const reader = createFeedReader(inside, 100);
      await reader.readToEnd();
      assert.ok(reader.position);
      await rollback();
      const now = await commit(storage, ...story(90)).then(() => endOf(storage));
      for (const after of [...forged, reader.position]) {
        assert.deepEqual(await storage.readFeed({ after, limit: 10 }), { status: "reset" }, JSON.stringify(after));
      }
      for (const after of [position, now]) assert.equal((await storage.readFeed({ after, limit: 10 })).status, "read");
    },
  },
  {
    key: "contract.feed-reset-at-once",
    title: "a position that does not fit is reset by the first read, however small its page and however far the entry",
    async run({ storage, open }) {
      const other = await open();
      await commit(storage, creation(), ...story(0), ...story(30));
      await commit(other.storage, creation(), ...story(60), ...story(90), ...story(120));
      const [early, end] = [createFeedReader(storage, 2), await endOf(storage)];
      await early.read();
      const [mark] = end;
      assert.ok(early.position && mark);
      // As of a database whose last entry lies in a partition of its own, of which there may be many.
      const elsewhere = { ...mark, partition: mark.partition + 1 };
      const foreign: readonly FeedPosition[] = [
        [elsewhere],
        [...early.position, elsewhere],
        [...early.position, { ...elsewhere, seq: mark.seq + 1_000 }],
        await endOf(other.storage),
      ];
      for (const after of foreign) {
        for (const limit of [1, 2, 3, 100]) {
          assert.deepEqual(
            await storage.readFeed({ after, limit }),
            { status: "reset" },
            JSON.stringify({ after, limit }),
          );
        }
      }
      // One that fits goes on, and its page is as full as that of any other.
      const page = await storage.readFeed({ after: early.position, limit: 1 });
      assert.equal(page.status === "read" && page.entries.length, 1);
    },
  },
  {
    key: "contract.feed-within",
    title: "within a host's transaction the feed has its own entries, and others see them when it commits, once",
    async run({ storage, second, beginHostTransaction }) {
      await commit(storage, creation());
      const outside = createFeedReader(second, 100);
      await outside.readToEnd();
      const host = await beginHostTransaction();
      const own = story(0);
      await commit(storage.within(host.transaction), ...own);
      const inside = createFeedReader(storage.within(host.transaction), 100);
      await inside.readToEnd();
      assert.deepEqual(auditFeed(inside.entries, entriesOf([creation(), ...own])), []);
      // Where there is one writer at a time, this waits for the host.
      const later = story(30);
      const others = commit(second, ...later);
      await pause(50);
      await outside.readToEnd();
      assert.equal(
        outside.entries.filter(({ commandId }) => own.some(({ command }) => command.id === commandId)).length,
        0,
      );
      await host.commit();
      await others;
      await outside.readToEnd();
      assert.deepEqual(auditFeed(outside.entries, entriesOf([creation(), ...own, ...later])), []);
    },
  },
  {
    key: "races.feed",
    title:
      "a reader beside many writers, with transactions that stay open and roll back, is given each entry once and in order",
    async run(context) {
      await commit(context.storage, creation());
      const readers = [1, 3, 50].map((limit) => createFeedReader(context.second, limit));
      let isDone = false;
      const reading = Promise.all(
        readers.map(async (reader) => {
          while (!isDone) {
            await reader.read();
            await pause(Math.random() * 3);
          }
          await reader.readToEnd();
        }),
      );
      const writers = Array.from({ length: 9 }, (_, writer) => write(context, writer));
      const [written] = await Promise.all([
        Promise.all(writers).finally(() => {
          isDone = true;
        }),
        reading,
      ]);
      const committed = [...creation().journal, ...written.flat()];
      for (const reader of readers) assert.deepEqual(auditFeed(reader.entries, committed), []);
    },
  },
];
