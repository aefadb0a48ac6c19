import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import {
  type Agenda,
  agendaIdOf,
  type CommitOutcome,
  isStorageError,
  keyOf,
  type Transition,
} from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { agendaAt, booking, commandKey, creation, slotAt, slotKey, transitionOf } from "../records.ts";

const committed = { status: "committed" } as const;
const first = agendaAt(1);
const second = agendaAt(2);
const stale = { status: "stale", keys: [keyOf(first)] } as const;

/** A booking whose policies looked at the agenda. */
const meeting = (minutes: number, agenda: Agenda): Transition => {
  const own = booking(slotAt(minutes));
  return {
    ...own,
    expect: [...own.expect, { key: keyOf(agenda), version: agenda.version - 1 }],
    put: [...own.put, agenda],
  };
};

const created = creation(slotAt(0), slotAt(30), slotAt(60));

/** Commits once the agenda is as it was read, and reads again whenever somebody was faster. */
async function raise(storage: StorageAdapter, id: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const [stored] = (await storage.load([keyOf(first)])) as [Agenda | undefined];
    const outcome = await attemptOf(storage, transitionOf(id, { ...first, version: (stored?.version ?? 0) + 1 }));
    if (outcome === "committed") return;
    assert.ok(attempt < 2_000, `after 2 000 attempts: ${outcome}`);
    await pause(Math.random() * 10);
  }
}

async function attemptOf(storage: StorageAdapter, one: Transition): Promise<CommitOutcome["status"] | "transient"> {
  try {
    const [outcome] = await storage.commit([one]);
    return (outcome as CommitOutcome).status;
  } catch (error) {
    if (isStorageError(error, "transient")) return "transient";
    throw error;
  }
}

export const contractAgendaCases: readonly ConformanceCase[] = [
  {
    key: "contract.agenda",
    title: "an agenda is written and read like any record, and has no journal",
    async run({ storage, second: other }) {
      const theirs = agendaAt(1, agendaIdOf("subject", "provider-1"));
      assert.deepEqual(await storage.load([keyOf(first)]), [undefined]);
      assert.deepEqual(await storage.commit([transitionOf("make", first, theirs)]), [committed]);
      assert.deepEqual(await other.load([keyOf(theirs), keyOf(first)]), [theirs, first]);
      assert.deepEqual(await storage.commit([transitionOf("raise", second)]), [committed]);
      assert.deepEqual(await other.load([keyOf(first), keyOf(theirs)]), [second, theirs]);
      // One letter, and a letter with an accent of its own.
      const [composed, apart] = ["caf\u00e9", "cafe\u0301"].map((id) => agendaAt(1, agendaIdOf("subject", id)));
      assert.ok(composed && apart);
      assert.deepEqual(await storage.commit([transitionOf("accents", composed, apart)]), [committed]);
      assert.deepEqual(await other.load([keyOf(apart), keyOf(composed)]), [apart, composed]);
      assert.deepEqual(await journalOf(other, { record: keyOf(first), limit: 9 }), []);
      const feed = await other.readFeed({ after: null, limit: 9 });
      assert.deepEqual(feed.status === "read" && feed.entries, []);
    },
  },
  {
    key: "contract.agenda-meets",
    title:
      "of two commands that looked at the same agenda, the later one is stale, although they share no other record",
    async run({ storage, second: other }) {
      await storage.commit([created]);
      assert.deepEqual(await storage.commit([meeting(0, first)]), [committed]);
      assert.deepEqual(await other.commit([meeting(30, first)]), [stale]);
      assert.deepEqual(await storage.commit([meeting(30, second)]), [committed]);
      assert.deepEqual(await other.commit([meeting(60, second)]), [stale]);
      const lost = commandKey(meeting(60, second).command.id);
      assert.deepEqual(await other.load([keyOf(first), slotKey("slot-60"), lost]), [second, slotAt(60), undefined]);
    },
  },
  {
    key: "contract.agenda-unwritten",
    title: "an agenda may be expected without being written, and a version that nobody wrote is stale",
    async run({ storage }) {
      await storage.commit([created]);
      const resting = (minutes: number, version: number): Transition => {
        const own = booking(slotAt(minutes));
        return { ...own, expect: [{ key: keyOf(first), version }, ...own.expect] };
      };
      assert.deepEqual(await storage.commit([resting(0, 3)]), [stale]);
      assert.deepEqual(await storage.commit([resting(0, 0), transitionOf("make", agendaAt(1, "provider:other"))]), [
        committed,
        committed,
      ]);
      await storage.commit([transitionOf("make another", first)]);
      assert.deepEqual(await storage.commit([resting(30, 0)]), [stale]);
      assert.deepEqual(await storage.commit([resting(30, 1)]), [committed]);
    },
  },
  {
    key: "contract.agenda-batch",
    title: "in a batch, a stale agenda affects only its own transition",
    async run({ storage, second: other }) {
      await storage.commit([created, transitionOf("make", first)]);
      const theirs = agendaAt(1, agendaIdOf("subject", "subject-1"));
      const outcomes = await other.commit([meeting(0, theirs), meeting(30, agendaAt(1)), meeting(60, second)]);
      assert.deepEqual(outcomes, [committed, stale, committed]);
      const keys = [keyOf(theirs), keyOf(first), slotKey("slot-30"), commandKey("book slot-30")];
      assert.deepEqual(await storage.load(keys), [theirs, second, slotAt(30), undefined]);
    },
  },
  {
    key: "contract.agenda-within",
    title: "within a host's transaction, an agenda is written with it and vanishes with it",
    async run({ storage, second: other, beginHostTransaction }) {
      await storage.commit([created]);
      const lost = await beginHostTransaction();
      assert.deepEqual(await storage.within(lost.transaction).commit([meeting(0, first)]), [committed]);
      assert.deepEqual(await other.load([keyOf(first)]), [undefined]);
      await lost.rollback();
      const kept = await beginHostTransaction();
      const inside = storage.within(kept.transaction);
      assert.deepEqual(await inside.commit([meeting(0, first)]), [committed]);
      assert.deepEqual(await inside.commit([meeting(30, first)]), [stale]);
      assert.deepEqual(await inside.commit([meeting(30, second)]), [committed]);
      await kept.commit();
      assert.deepEqual(await other.load([keyOf(first)]), [second]);
    },
  },
  {
    key: "contract.agenda-within-stale",
    title: "within a host's transaction, an agenda that somebody else has made or raised since is stale",
    async run({ storage, second: other, beginHostTransaction }) {
      await storage.commit([created, transitionOf("make", agendaAt(1, "provider:raised"))]);
      const outcome = async (agenda: Agenda, minutes: number, rival: Agenda) => {
        await other.commit([transitionOf(`rival ${rival.id}`, rival)]);
        const host = await beginHostTransaction();
        const outcomes = await storage.within(host.transaction).commit([meeting(minutes, agenda)]);
        await host.commit();
        return outcomes;
      };
      assert.deepEqual(await outcome(first, 0, first), [stale]);
      const raised = agendaAt(2, "provider:raised");
      assert.deepEqual(await outcome(raised, 30, raised), [{ status: "stale", keys: [keyOf(raised)] }]);
      assert.deepEqual(await other.load([slotKey("slot-0"), slotKey("slot-30")]), [slotAt(0), slotAt(30)]);
    },
  },
  {
    key: "races.agenda",
    title: "of many concurrent commands on one agenda each counts once, from the first one on",
    async run({ storage, second: other }) {
      const count = 24;
      await Promise.all(
        Array.from({ length: count }, (_, index) => raise(index % 2 === 0 ? storage : other, `raise ${index}`)),
      );
      assert.deepEqual(await storage.load([keyOf(first)]), [agendaAt(count)]);
    },
  },
];
