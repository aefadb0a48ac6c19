import assert from "node:assert/strict";
import { isStorageError } from "../../storage/storage-error.ts";
import type { ConformanceCase } from "../harness.ts";
import { commandKey, creation, slotAt, slotKey, transitionOf } from "../records.ts";

const created = creation(slotAt(0), slotAt(30));

export const contractWithinCases: readonly ConformanceCase[] = [
  {
    key: "contract.within-commit",
    title: "within a host's transaction nothing is visible outside before the host commits",
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
    title: "what was committed within a host's transaction vanishes with its rollback",
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
    title: "migrate is refused within a host's transaction, which stays usable",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      await assert.rejects(inside.migrate(), (error) => isStorageError(error));
      assert.deepEqual(await inside.commit([created]), [{ status: "committed" }]);
      await host.commit();
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
