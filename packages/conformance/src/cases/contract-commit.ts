import assert from "node:assert/strict";
import type { Slot } from "@slotwright/core";
import { keyOf } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import {
  appointmentOn,
  bookedBy,
  booking,
  commandKey,
  creation,
  sampleInstant,
  sampleSchedule,
  scheduleKey,
  slotAt,
  slotKey,
  transitionOf,
} from "../records.ts";

const first = slotAt(0);
const next = slotAt(30);
const created = creation(first, next);
const appointment = appointmentOn(first);
const booked = booking(first);

/** What a single transition does if its versions hold, and what its repeat returns. */
export const contractCommitCases: readonly ConformanceCase[] = [
  {
    key: "contract.commit-together",
    title: "commit writes slot, appointment, journal and command together, and other connections see them",
    async run({ storage, second }) {
      await storage.commit([created]);
      assert.deepEqual(await storage.commit([booked]), [{ status: "committed" }]);
      const keys = [
        slotKey(first.id),
        commandKey(booked.command.id),
        keyOf(appointment),
        scheduleKey,
        slotKey(next.id),
      ];
      const command = { kind: "command", ...booked.command };
      const expected = [bookedBy(first, appointment), command, appointment, sampleSchedule, next];
      assert.deepEqual(await second.load(keys), expected);
      const journal = await journalOf(second, { record: first, limit: 10 });
      assert.deepEqual(journal, [created.journal[0], booked.journal[1]]);
      assert.deepEqual(await journalOf(second, { record: appointment, limit: 10 }), [booked.journal[0]]);
    },
  },
  {
    key: "contract.commit-new-and-booked",
    title: "a slot may be made booked, with its appointment in the same transition, also within a host's transaction",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([created]);
      for (const [index, by] of (["own", "host"] as const).entries()) {
        const fresh = slotAt(60 * (index + 1));
        const owner = appointmentOn(fresh);
        const slot: Slot = { ...fresh, status: "booked", appointmentId: owner.id };
        const schedule = { ...sampleSchedule, version: index + 2 };
        const transition = transitionOf(`made ${by}`, schedule, owner, slot);
        const host = by === "host" ? await beginHostTransaction() : undefined;
        const on = host === undefined ? storage : storage.within(host.transaction);
        assert.deepEqual(await on.commit([transition]), [{ status: "committed" }]);
        await host?.commit();
        assert.deepEqual(await second.load([slotKey(slot.id), keyOf(owner)]), [slot, owner]);
        const [, ofSlot] = transition.journal;
        assert.deepEqual(await journalOf(second, { record: slot, limit: 10 }), [ofSlot]);
        // The id of a slot that is there already: nothing of it is written.
        const other = appointmentOn(fresh, { id: `another of ${by}` });
        const again: Slot = { ...fresh, status: "booked", appointmentId: other.id };
        const [outcome] = await storage.commit([transitionOf(`again ${by}`, other, again)]);
        assert.equal(outcome?.status, "stale");
        assert.deepEqual(await second.load([slotKey(slot.id), keyOf(other)]), [slot, undefined]);
      }
    },
  },
  {
    key: "contract.commit-replayed",
    title: "a command that took effect before gets its stored result, even if its versions are stale",
    async run({ storage, second }) {
      await storage.commit([created]);
      const { id, requestHash, result } = created.command;
      assert.deepEqual(await second.commit([created]), [{ status: "replayed", requestHash, result }]);
      const [command] = await second.load([commandKey(id)]);
      assert.deepEqual(command, { kind: "command", id, requestHash, result });
    },
  },
  {
    key: "contract.commit-replayed-as-stored",
    title: "a replay returns the stored request and result and writes nothing, whatever the repeat contains",
    async run({ storage, second }) {
      await storage.commit([created]);
      await storage.commit([booked]);
      const { id, requestHash, result } = booked.command;
      const command = { id, requestHash: "another", result: { done: "otherwise" } };
      const replayed = [{ status: "replayed", requestHash, result }];
      assert.deepEqual(await second.commit([{ ...booked, command }]), replayed);
      const fresh = transitionOf(id, bookedBy(next, appointmentOn(next)), appointmentOn(next));
      assert.deepEqual(await second.commit([{ ...fresh, command }]), replayed);
      const loaded = await storage.load([commandKey(id), slotKey(next.id), keyOf(appointmentOn(next))]);
      assert.deepEqual(loaded, [{ kind: "command", ...booked.command }, next, undefined]);
    },
  },
  {
    key: "contract.commit-move-appointment",
    title: "an appointment moves to another slot in one commit",
    async run({ storage, second }) {
      await storage.commit([created]);
      await storage.commit([booked]);
      const moved = { ...appointment, start: next.start, end: next.end, slotIds: [next.id], version: 2 };
      const freed = { ...first, version: 3 };
      const outcomes = await storage.commit([transitionOf("move", bookedBy(next, moved), moved, freed)]);
      assert.deepEqual(outcomes, [{ status: "committed" }]);
      const loaded = await second.load([slotKey(first.id), slotKey(next.id), keyOf(moved)]);
      assert.deepEqual(loaded, [freed, bookedBy(next, moved), moved]);
    },
  },
  {
    key: "contract.commit-all-fields",
    title: "a slot can change all of its fields in one commit",
    async run({ storage, second }) {
      await storage.commit([created]);
      const held = {
        status: "held",
        hold: { tokenHash: "0".repeat(64), expiresAt: sampleInstant(60), holderId: null },
      } as const;
      const changed = slotAt(300, { id: first.id, seat: 3, metadata: { room: "ü" }, version: 2, ...held });
      assert.deepEqual(await storage.commit([transitionOf("change", changed)]), [{ status: "committed" }]);
      assert.deepEqual(await second.load([slotKey(first.id)]), [changed]);
    },
  },
  {
    key: "contract.commit-empty",
    title: "an empty batch is not an error",
    async run({ storage }) {
      assert.deepEqual(await storage.commit([]), []);
    },
  },
];
