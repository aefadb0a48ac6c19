import assert from "node:assert/strict";
import type { JournalEntry } from "../../model/journal.ts";
import { keyOf, type RecordKey } from "../../model/record.ts";
import { type Schedule, scheduleIdOf } from "../../model/schedule.ts";
import type { Slot } from "../../model/slot.ts";
import type { Transition } from "../../storage/adapter.ts";
import { StorageError } from "../../storage/storage-error.ts";
import { minutes, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const at = new Date("2026-03-01T12:00:00.123Z");
const scheduleId = scheduleIdOf(place.providerId, place.facilityId);

const schedule: Schedule = {
  kind: "schedule",
  id: scheduleId,
  ...place,
  timeZone: "Europe/Berlin",
  version: 1,
  createdAt: at,
  updatedAt: at,
};

function slot(id: string, startMinute: number, changes: Partial<Slot> = {}): Slot {
  const times = { start: minutes(startMinute), end: minutes(startMinute + 30) };
  const state = { status: "available", appointmentId: null, hold: null, metadata: { room: "3 ✓" } } as const;
  const base = { kind: "slot", id, scheduleId, ...place, seat: 0, ...times, ...state } as const;
  return { ...base, version: 1, createdAt: at, updatedAt: at, ...changes };
}

function entryOf(record: Slot, commandId: string): JournalEntry {
  return {
    recordKind: "slot",
    recordId: record.id,
    version: record.version,
    command: "createSlots",
    commandId,
    actor: provider,
    reason: null,
    at,
    fromStatus: record.version === 1 ? null : "available",
    toStatus: record.status,
    changes: { status: record.status },
  };
}

/** A transition that puts the slots, each at the version after the one it expects. */
function putting(commandId: string, slots: readonly Slot[], more: readonly Schedule[] = []): Transition {
  const put = [...more, ...slots];
  return {
    command: { id: commandId, requestHash: `hash of ${commandId}`, result: { answer: commandId } },
    expect: put.map((record) => ({ key: keyOf(record), version: record.version - 1 })),
    put,
    journal: slots.map((one) => entryOf(one, commandId)),
  };
}

const slotKey = (id: string): RecordKey => ({ kind: "slot", id });
const first = putting("c-1", [slot("s-1", 0), slot("s-2", 30)], [schedule]);

export const storageContractCases: readonly ConformanceCase[] = [
  {
    key: "contract.load",
    title: "load returns records in the order of the keys, undefined for those that do not exist",
    async run({ storage, second }) {
      await storage.commit([first]);
      const keys = [slotKey("s-2"), slotKey("none"), { kind: "schedule", id: scheduleId }, slotKey("s-1")] as const;
      const expected = [slot("s-2", 30), undefined, schedule, slot("s-1", 0)];
      assert.deepEqual(await storage.load(keys), expected);
      assert.deepEqual(await second.load(keys), expected);
      assert.deepEqual(await storage.load([]), []);
    },
  },
  {
    key: "contract.load-many",
    title: "load takes thousands of keys, repeated ones too",
    async run({ storage }) {
      await storage.commit([first]);
      const keys = Array.from({ length: 5_000 }, (_, index) => slotKey(index % 2 === 0 ? "s-1" : `none-${index}`));
      const loaded = await storage.load(keys);
      assert.equal(loaded.length, 5_000);
      assert.equal(loaded.filter((record) => record !== undefined).length, 2_500);
    },
  },
  {
    key: "contract.commit-stale",
    title: "commit refuses a transition whose expected version no longer holds, names the keys, and writes nothing",
    async run({ storage, second }) {
      await storage.commit([first]);
      const blocked = slot("s-1", 0, { version: 2, status: "blocked" });
      assert.deepEqual(await second.commit([putting("c-2", [blocked])]), [{ status: "committed" }]);
      const late = putting("c-3", [slot("s-1", 0, { version: 2 }), slot("s-2", 30, { version: 2 })]);
      assert.deepEqual(await storage.commit([late]), [{ status: "stale", keys: [slotKey("s-1")] }]);
      assert.deepEqual(await storage.load([slotKey("s-1"), slotKey("s-2"), { kind: "command", id: "c-3" }]), [
        blocked,
        slot("s-2", 30),
        undefined,
      ]);
      assert.equal((await storage.readJournal({ recordId: "s-2", limit: 10 })).length, 1);
    },
  },
  {
    key: "contract.commit-must-not-exist",
    title: "version 0 means that the record must not exist",
    async run({ storage, second }) {
      await storage.commit([first]);
      const outcomes = await second.commit([putting("c-2", [slot("s-1", 0)])]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [slotKey("s-1")] }]);
    },
  },
  {
    key: "contract.commit-missing",
    title: "a version above 0 is stale where the record does not exist",
    async run({ storage }) {
      await storage.commit([first]);
      const outcomes = await storage.commit([putting("c-2", [slot("s-9", 90, { version: 3 })])]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [slotKey("s-9")] }]);
    },
  },
  {
    key: "contract.commit-read-only-expectation",
    title: "a version that is expected but not written is checked as well",
    async run({ storage }) {
      await storage.commit([first]);
      const resting = putting("c-2", [slot("s-3", 60)]);
      const wrong = { key: { kind: "schedule", id: scheduleId }, version: 7 } as const;
      const outcomes = await storage.commit([{ ...resting, expect: [...resting.expect, wrong] }]);
      assert.deepEqual(outcomes, [{ status: "stale", keys: [wrong.key] }]);
      const right = { ...wrong, version: 1 };
      const again = await storage.commit([{ ...resting, expect: [...resting.expect, right] }]);
      assert.deepEqual(again, [{ status: "committed" }]);
      assert.deepEqual(await storage.load([wrong.key]), [schedule]);
    },
  },
  {
    key: "contract.commit-replayed",
    title: "a command that took effect before is answered with its stored result, even where its versions are stale",
    async run({ storage, second }) {
      await storage.commit([first]);
      const replayed = { status: "replayed", requestHash: "hash of c-1", result: { answer: "c-1" } };
      assert.deepEqual(await second.commit([first]), [replayed]);
      const [command] = await second.load([{ kind: "command", id: "c-1" }]);
      assert.deepEqual(command, { kind: "command", id: "c-1", requestHash: "hash of c-1", result: { answer: "c-1" } });
    },
  },
  {
    key: "contract.commit-batch",
    title: "what happens to one transition of a batch never affects its neighbours",
    async run({ storage, second }) {
      await storage.commit([first]);
      const outcomes = await storage.commit([
        putting("c-2", [slot("s-3", 60)]),
        putting("c-3", [slot("s-1", 0, { version: 9 })]),
        first,
        putting("c-4", [slot("s-2", 30, { version: 2, status: "blocked" })]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["committed", "stale", "replayed", "committed"],
      );
      const loaded = await second.load(["s-1", "s-2", "s-3"].map(slotKey));
      assert.deepEqual(loaded, [slot("s-1", 0), slot("s-2", 30, { version: 2, status: "blocked" }), slot("s-3", 60)]);
    },
  },
  {
    key: "contract.commit-empty",
    title: "an empty batch is no error",
    async run({ storage }) {
      assert.deepEqual(await storage.commit([]), []);
    },
  },
  {
    key: "contract.find-slots-filters",
    title: "findSlots applies every condition, and counts an expired hold as available",
    async run({ storage }) {
      const held = { status: "held", hold: { tokenHash: "0".repeat(64), expiresAt: minutes(5) } } as const;
      const elsewhere = { providerId: "dr-jones", facilityId: "south", scheduleId: scheduleIdOf("dr-jones", "south") };
      const other = { ...schedule, ...elsewhere, id: elsewhere.scheduleId, kind: "schedule" } as const;
      const { scheduleId: _, ...otherSchedule } = other;
      const slots = [
        slot("s-1", 0),
        slot("s-2", 30, held),
        slot("s-3", 60, elsewhere),
        slot("s-4", 90, { status: "blocked" }),
      ];
      await storage.commit([putting("c-1", slots, [schedule, otherSchedule])]);
      const find = async (query: object, asOf = minutes(0)) =>
        (await storage.findSlots({ asOf, limit: 10, ...query })).map(({ id }) => id);
      assert.deepEqual(await find({}), ["s-1", "s-2", "s-3", "s-4"]);
      assert.deepEqual(await find({ statuses: ["available"] }), ["s-1", "s-3"]);
      assert.deepEqual(await find({ statuses: ["available"] }, minutes(5)), ["s-1", "s-2", "s-3"]);
      assert.deepEqual(await find({ statuses: ["held"] }), ["s-2"]);
      assert.deepEqual(await find({ statuses: ["held"] }, minutes(5)), []);
      assert.deepEqual(await find({ statuses: ["held", "blocked", "booked"] }), ["s-2", "s-4"]);
      assert.deepEqual(await find({ providerIds: ["dr-jones"] }), ["s-3"]);
      assert.deepEqual(await find({ providerIds: ["dr-jones", "dr-grey", "nobody"] }), ["s-1", "s-2", "s-3", "s-4"]);
      assert.deepEqual(await find({ facilityId: "north" }), ["s-1", "s-2", "s-4"]);
      assert.deepEqual(await find({ scheduleId, providerIds: ["dr-grey"] }), ["s-1", "s-2", "s-4"]);
      assert.deepEqual(await find({ startFrom: minutes(30) }), ["s-2", "s-3", "s-4"]);
      assert.deepEqual(await find({ startBefore: minutes(60) }), ["s-1", "s-2"]);
      assert.deepEqual(await find({ endAfter: minutes(60) }), ["s-3", "s-4"]);
      assert.deepEqual(await find({ descending: true, limit: 3 }), ["s-4", "s-3", "s-2"]);
      assert.deepEqual(await find({ descending: true, after: { start: minutes(60), id: "s-3" } }), ["s-2", "s-1"]);
    },
  },
  {
    key: "contract.find-slots-pages",
    title: "findSlots goes on after a position, by id where starts are equal",
    async run({ storage }) {
      const seats = ["s-b", "s-a", "s-d", "s-c"].map((id, seat) => slot(id, 0, { seat }));
      await storage.commit([putting("c-1", [...seats, slot("s-0", 30)], [schedule])]);
      const query = { asOf: minutes(0), limit: 2 };
      const page1 = await storage.findSlots(query);
      assert.deepEqual(
        page1.map(({ id }) => id),
        ["s-a", "s-b"],
      );
      const page2 = await storage.findSlots({ ...query, after: { start: minutes(0), id: "s-b" } });
      assert.deepEqual(
        page2.map(({ id }) => id),
        ["s-c", "s-d"],
      );
      const page3 = await storage.findSlots({ ...query, after: { start: minutes(0), id: "s-d" } });
      assert.deepEqual(
        page3.map(({ id }) => id),
        ["s-0"],
      );
    },
  },
  {
    key: "contract.journal",
    title: "readJournal returns one record's entries in the order of their versions, exactly as they were written",
    async run({ storage, second }) {
      await storage.commit([first]);
      const second2 = slot("s-1", 0, { version: 2, status: "blocked" });
      const transition = putting("c-2", [second2]);
      const reason = "Urlaub – “holiday” 🏖\n2nd line";
      const journal = transition.journal.map((entry) => ({ ...entry, reason }));
      await storage.commit([{ ...transition, journal }]);
      const written = [entryOf(slot("s-1", 0), "c-1"), { ...entryOf(second2, "c-2"), reason }];
      assert.deepEqual(await second.readJournal({ recordId: "s-1", limit: 10 }), written);
      assert.deepEqual(await second.readJournal({ recordId: "s-1", limit: 1 }), written.slice(0, 1));
      assert.deepEqual(await second.readJournal({ recordId: "s-1", afterVersion: 1, limit: 10 }), written.slice(1));
      assert.deepEqual(await second.readJournal({ recordId: "none", limit: 10 }), []);
    },
  },
  {
    key: "contract.isolation-of-objects",
    title: "what a caller does to an object it got or gave does not change what is stored",
    async run({ storage }) {
      const metadata = { tags: ["a"] };
      await storage.commit([putting("c-1", [slot("s-1", 0, { metadata })], [schedule])]);
      metadata.tags.push("b");
      const [loaded] = (await storage.load([slotKey("s-1")])) as [Slot];
      (loaded.metadata.tags as string[]).push("c");
      loaded.start.setTime(0);
      const [again] = (await storage.load([slotKey("s-1")])) as [Slot];
      assert.deepEqual([again.metadata, again.start], [{ tags: ["a"] }, minutes(0)]);
    },
  },
  {
    key: "contract.migrate-again",
    title: "migrate on a migrated store changes nothing",
    async run({ storage, second }) {
      await storage.commit([first]);
      const [one, two] = await Promise.all([storage.migrate(), second.migrate()]);
      assert.deepEqual([one.applied, two.applied], [[], []]);
      assert.equal(one.from, one.to);
      assert.equal((await storage.load([slotKey("s-1")])).length, 1);
    },
  },
  {
    key: "contract.within-commit",
    title: "within a host's transaction nothing is visible outside before the host commits",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      assert.deepEqual(await inside.commit([first]), [{ status: "committed" }]);
      assert.deepEqual(await inside.load([slotKey("s-1")]), [slot("s-1", 0)]);
      assert.deepEqual(await second.load([slotKey("s-1")]), [undefined]);
      await host.commit();
      assert.deepEqual(await second.load([slotKey("s-1")]), [slot("s-1", 0)]);
    },
  },
  {
    key: "contract.within-rollback",
    title: "what was committed within a host's transaction vanishes with its rollback",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      await storage.within(host.transaction).commit([first]);
      await host.rollback();
      assert.deepEqual(await second.load([slotKey("s-1"), { kind: "command", id: "c-1" }]), [undefined, undefined]);
      assert.deepEqual(await storage.commit([first]), [{ status: "committed" }]);
    },
  },
  {
    key: "contract.within-migrate",
    title: "migrate is refused within a host's transaction, which stays usable",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      await assert.rejects(inside.migrate(), (error) => error instanceof StorageError);
      assert.deepEqual(await inside.commit([first]), [{ status: "committed" }]);
      await host.commit();
      assert.deepEqual(await second.load([slotKey("s-1")]), [slot("s-1", 0)]);
    },
  },
  {
    key: "contract.within-refusal",
    title: "an outcome other than committed leaves the host's transaction usable",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([first]);
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      const outcomes = await inside.commit([
        putting("c-2", [slot("s-1", 0, { version: 5 })]),
        first,
        putting("c-3", [slot("s-3", 60)]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["stale", "replayed", "committed"],
      );
      await host.commit();
      assert.deepEqual(await second.load([slotKey("s-3")]), [slot("s-3", 60)]);
    },
  },
];
