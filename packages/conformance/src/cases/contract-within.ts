import assert from "node:assert/strict";
import { isStorageError } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { commandKey, creation, slotAt, slotKey, transitionOf } from "../records.ts";

const created = creation(slotAt(0), slotAt(30));

const isMisuse = (error: unknown) => isStorageError(error, "misused");

export const contractWithinCases: readonly ConformanceCase[] = [
  {
    key: "contract.within-commit",
    title: "what is written within a host's transaction is invisible outside until the host commits",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      assert.deepEqual(await inside.commit([created]), [{ status: "committed" }]);
      assert.deepEqual(await inside.load([slotKey("slot-0")]), [slotAt(0)]);
      assert.deepEqual(await second.load([slotKey("slot-0")]), [undefined]);
      await host.commit();
      assert.deepEqual(await second.load([slotKey("slot-0")]), [slotAt(0)]);
    },
  },
  {
    key: "contract.within-rollback",
    title: "what is committed within a host's transaction vanishes if it rolls back",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      await storage.within(host.transaction).commit([created]);
      await host.rollback();
      assert.deepEqual(await second.load([slotKey("slot-0"), commandKey(created.command.id)]), [undefined, undefined]);
      assert.deepEqual(await storage.commit([created]), [{ status: "committed" }]);
    },
  },
  {
    key: "contract.within-migrate",
    title: "migrate and begin are refused within a host's transaction, which stays usable",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      await assert.rejects(inside.migrate(), isMisuse);
      await assert.rejects(inside.begin(), isMisuse);
      assert.deepEqual(await inside.commit([created]), [{ status: "committed" }]);
      await host.commit();
      assert.deepEqual(await second.load([slotKey("slot-0")]), [slotAt(0)]);
    },
  },
  {
    key: "contract.within-misused",
    title: "within a value that is not an open transaction, every call is refused as misuse and writes nothing",
    async run({ storage, beginHostTransaction }) {
      const host = await beginHostTransaction();
      await host.rollback();
      for (const given of [undefined, null, "begin", {}, () => {}, Promise.resolve(), host.transaction]) {
        const inside = storage.within(given);
        await assert.rejects(inside.commit([created]), isMisuse);
        await assert.rejects(inside.load([slotKey("slot-0")]), isMisuse);
        await assert.rejects(inside.findSlots({ asOf: new Date(0), limit: 1 }), isMisuse);
      }
      assert.deepEqual(await storage.load([slotKey("slot-0")]), [undefined]);
    },
  },
  {
    key: "contract.begin",
    title: "begin opens a transaction for within, and its commit or rollback ends it",
    async run({ storage, second }) {
      const lost = await storage.begin();
      await storage.within(lost.transaction).commit([created]);
      assert.deepEqual(await second.load([slotKey("slot-0")]), [undefined]);
      await lost.rollback();
      const kept = await storage.begin();
      assert.deepEqual(await storage.within(kept.transaction).commit([created]), [{ status: "committed" }]);
      await kept.commit();
      assert.deepEqual(await second.load([slotKey("slot-0")]), [slotAt(0)]);
    },
  },
  {
    key: "contract.within-refusal",
    title: "an outcome other than committed leaves the host's transaction usable",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([created]);
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      const outcomes = await inside.commit([
        transitionOf("late", slotAt(0, { version: 5 })),
        created,
        transitionOf("add", slotAt(60)),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["stale", "replayed", "committed"],
      );
      await host.commit();
      assert.deepEqual(await second.load([slotKey("slot-60")]), [slotAt(60)]);
    },
  },
];
