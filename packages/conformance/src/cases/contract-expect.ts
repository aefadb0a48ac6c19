import assert from "node:assert/strict";
import type { RecordKey, SlotStatus, StorageAdapter } from "@slotwright/core";
import { keyOf, type Transition } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import {
  appointmentOn,
  bookedBy,
  booking,
  commandKey,
  creation,
  sampleSchedule,
  scheduleKey,
  slotAt,
  slotKey,
  transitionOf,
} from "../records.ts";

const first = slotAt(0);
const next = slotAt(30);
const created = creation(first, next);
const blocked = slotAt(0, { version: 2, status: "blocked" });
const appointment = appointmentOn(first);
/** Writes a version that does not follow the stored one, and expects none. */
const blind = {
  ...transitionOf("blind", appointment, { ...bookedBy(first, appointment), version: 5 }),
  expect: [],
};
const committed = [{ status: "committed" }];

/** The transition with further expected versions, ahead of those of what it writes. */
const resting = (transition: Transition, ...more: Transition["expect"]): Transition => ({
  ...transition,
  expect: [...more, ...transition.expect],
});

/** The transition, if its slots are stored with this status. */
const expecting = (status: SlotStatus, transition: Transition): Transition => ({
  ...transition,
  expect: transition.expect.map((one) => (one.key.kind === "slot" ? { ...one, status } : one)),
});

/** Checks that nothing of a losing transition is stored: neither a record that it would create nor a command. */
async function assertNothingOf({ command, put }: Transition, storage: StorageAdapter): Promise<void> {
  const made = put.filter(({ version }) => version === 1).map(({ kind, id }): RecordKey => ({ kind, id }));
  const keys = [commandKey(command.id), ...made];
  assert.deepEqual(
    await storage.load(keys),
    keys.map(() => undefined),
  );
}

export const contractExpectCases: readonly ConformanceCase[] = [
  {
    key: "contract.commit-stale",
    title: "commit refuses a transition whose expected version no longer holds, names the keys, and writes nothing",
    async run({ storage, second }) {
      await storage.commit([created]);
      assert.deepEqual(await second.commit([transitionOf("block", blocked)]), committed);
      const late = transitionOf("late", slotAt(0, { version: 2 }), slotAt(30, { version: 2 }));
      assert.deepEqual(await storage.commit([late]), [{ status: "stale", keys: [slotKey(first.id)] }]);
      const keys = [slotKey(first.id), slotKey(next.id), commandKey("late")];
      assert.deepEqual(await storage.load(keys), [blocked, next, undefined]);
      assert.equal((await journalOf(storage, { record: next, limit: 10 })).length, 1);
    },
  },
  {
    key: "contract.commit-stale-keys-in-order",
    title: "a stale outcome names all stale keys in the order the transition expects them, and no other key",
    async run({ storage, second }) {
      await storage.commit([created]);
      await second.commit([transitionOf("block", blocked)]);
      const wrong = [slotKey("slot-9"), scheduleKey, { kind: "appointment", id: "none" }] as const;
      const late = resting(booking(first), ...wrong.map((key) => ({ key, version: 7 })), {
        key: slotKey(next.id),
        version: 1,
      });
      const inOrder = [...wrong, slotKey(first.id)];
      assert.deepEqual(await storage.commit([late]), [{ status: "stale", keys: inOrder }]);
      const turned = { ...late, expect: [...late.expect].reverse() };
      assert.deepEqual(await storage.commit([turned]), [{ status: "stale", keys: [...inOrder].reverse() }]);
      await assertNothingOf(late, second);
    },
  },
  {
    key: "contract.commit-must-not-exist",
    title: "version 0 means that the record must not exist",
    async run({ storage, second }) {
      await storage.commit([created]);
      const outcomes = await second.commit([transitionOf("again", first)]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [slotKey(first.id)] }]);
    },
  },
  {
    key: "contract.commit-must-not-exist-unwritten",
    title: "version 0 is also checked for a record that the transition does not write",
    async run({ storage, second }) {
      await storage.commit([created]);
      const absent = [slotKey("none"), { kind: "schedule", id: "none" }, { kind: "appointment", id: "none" }] as const;
      const expectAbsent = absent.map((key) => ({ key, version: 0 }));
      const present = { key: slotKey(next.id), version: 0 };
      const lost = resting(booking(first), ...expectAbsent, present);
      assert.deepEqual(await second.commit([lost]), [{ status: "stale", keys: [slotKey(next.id)] }]);
      await assertNothingOf(lost, storage);
      assert.deepEqual(await second.commit([resting(booking(first), ...expectAbsent)]), committed);
      assert.deepEqual(await storage.load(absent), [undefined, undefined, undefined]);
    },
  },
  {
    key: "contract.commit-missing",
    title: "a version above 0 is stale if the record does not exist",
    async run({ storage }) {
      await storage.commit([created]);
      const outcomes = await storage.commit([transitionOf("missing", slotAt(90, { version: 3 }))]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [slotKey("slot-90")] }]);
    },
  },
  {
    key: "contract.commit-read-only-expectation",
    title: "a version that is expected but not written is also checked",
    async run({ storage }) {
      await storage.commit([created]);
      const adding = transitionOf("add", slotAt(60));
      const wrong = resting(adding, { key: scheduleKey, version: 7 });
      assert.deepEqual(await storage.commit([wrong]), [{ status: "stale", keys: [scheduleKey] }]);
      assert.deepEqual(await storage.commit([resting(adding, { key: scheduleKey, version: 1 })]), committed);
      assert.deepEqual(await storage.load([scheduleKey]), [sampleSchedule]);
    },
  },
  {
    key: "contract.commit-expected-twice",
    title: "expecting a record twice at one version changes nothing, and at two versions it is stale",
    async run({ storage, second }) {
      await storage.commit([created]);
      const again = [first, next].map(({ id }) => ({ key: slotKey(id), version: 1 }));
      const torn = resting(booking(first), ...again, { key: slotKey(next.id), version: 2 });
      assert.deepEqual(await second.commit([torn]), [{ status: "stale", keys: [slotKey(next.id)] }]);
      await assertNothingOf(torn, storage);
      assert.deepEqual(await second.commit([resting(booking(first), ...again, ...again)]), committed);
    },
  },
  {
    key: "contract.commit-expected-status",
    title: "a slot that is expected with a status is stale if it is stored with another one at the same version",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([created]);
      await storage.commit([transitionOf("block", blocked)]);
      const stale = { status: "stale", keys: [slotKey(first.id)] };
      const lost = expecting("available", booking(blocked));
      assert.deepEqual(await second.commit([lost]), [stale]);
      // In a batch, its neighbour is as expected.
      const along = expecting("available", booking(next));
      assert.deepEqual(await second.commit([lost, along]), [stale, ...committed]);
      const host = await beginHostTransaction();
      assert.deepEqual(await storage.within(host.transaction).commit([lost]), [stale]);
      const freed = expecting("blocked", transitionOf("unblock", slotAt(0, { version: 3 })));
      assert.deepEqual(await storage.within(host.transaction).commit([freed]), committed);
      await host.commit();
      await assertNothingOf(lost, second);
      assert.deepEqual(await second.load([slotKey(first.id)]), freed.put);
      assert.deepEqual(await storage.commit([expecting("available", booking(slotAt(0, { version: 3 })))]), committed);
    },
  },
  {
    key: "contract.commit-expected-status-unwritten",
    title: "the status of a slot that is expected but not written is compared as well, also beside its bare version",
    async run({ storage, second }) {
      await storage.commit([created]);
      const only = (status: SlotStatus) => ({ key: slotKey(next.id), version: 1, status });
      const bare = { key: slotKey(next.id), version: 1 };
      const lost = resting(booking(first), bare, only("held"), bare);
      assert.deepEqual(await second.commit([lost]), [{ status: "stale", keys: [slotKey(next.id)] }]);
      const torn = resting(booking(first), only("available"), only("held"));
      assert.deepEqual(await second.commit([torn]), [{ status: "stale", keys: [slotKey(next.id)] }]);
      await assertNothingOf(lost, storage);
      assert.deepEqual(await second.commit([resting(booking(first), bare, only("available"), bare)]), committed);
    },
  },
  {
    key: "contract.commit-expected-command-absent",
    title: "a transition may rest on a command that has not taken effect",
    async run({ storage, second }) {
      await storage.commit([created]);
      const unless = { key: commandKey("another"), version: 0 };
      assert.deepEqual(await second.commit([resting(booking(first), unless)]), committed);
      assert.deepEqual(await storage.load([unless.key]), [undefined]);
    },
  },
  {
    key: "contract.commit-unexpected-put",
    title: "a record that is written but not expected is stale unless it follows the stored version",
    async run({ storage, second }) {
      await storage.commit([created]);
      assert.deepEqual(await storage.commit([blind]), [{ status: "stale", keys: [slotKey(first.id)] }]);
      assert.deepEqual(await second.load([keyOf(appointment), slotKey(first.id)]), [undefined, first]);
    },
  },
  {
    key: "contract.commit-unexpected-put-in-batch",
    title: "what a stale transition of a batch wrote before it turned out to be stale is undone",
    async run({ storage, second }) {
      await storage.commit([created]);
      const outcomes = await storage.commit([blind, booking(next)]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [slotKey(first.id)] }, { status: "committed" }]);
      assert.deepEqual(await second.load([keyOf(appointment)]), [undefined]);
    },
  },
  {
    key: "contract.commit-expected-command",
    title: "a transition that rests on the absence of a command is stale once that command has taken effect",
    async run({ storage, second }) {
      await storage.commit([created]);
      const took = { key: commandKey(created.command.id), version: 0 };
      const booked = booking(first);
      const outcomes = await second.commit([{ ...booked, expect: [...booked.expect, took] }, booking(next)]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [took.key] }, { status: "committed" }]);
      assert.deepEqual(await storage.load([commandKey(booked.command.id), slotKey(first.id)]), [undefined, first]);
    },
  },
];
