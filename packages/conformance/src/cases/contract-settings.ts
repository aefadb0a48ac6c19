import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError, type StoredSettings } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";

const [ofFacility, ofProvider]: readonly [StoredSettings, StoredSettings] = [
  { overlapScope: "facility", idempotencyScope: "actor" },
  { overlapScope: "provider", idempotencyScope: "host" },
];

/** Any call may end as transient, which means that nothing was applied. */
async function store(storage: StorageAdapter, settings: StoredSettings): Promise<StoredSettings> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storage.storeSettings(settings);
    } catch (error) {
      const isTransient = isStorageError(error, "transient");
      if (!isTransient || attempt === 1_000) throw error;
      await pause(Math.random() * 20);
    }
  }
}

/** Milliseconds that certainly lie between the two clocks, in addition to the duration of the call itself. */
async function skewOf(storage: StorageAdapter): Promise<number> {
  const before = Date.now();
  const theirs = (await storage.readClock()).getTime();
  const after = Date.now();
  return Math.max(0, before - theirs, theirs - after);
}

export const contractSettingsCases: readonly ConformanceCase[] = [
  {
    key: "contract.settings-stored-once",
    title: "the settings stored first stay, and every connection reads them",
    async run({ storage, second }) {
      assert.equal(await storage.readSettings(), undefined);
      assert.deepEqual(await storage.storeSettings(ofProvider), ofProvider);
      assert.deepEqual(await second.readSettings(), ofProvider);
      assert.deepEqual(await second.storeSettings(ofFacility), ofProvider);
      await storage.storeSettings(ofFacility);
      assert.deepEqual([await storage.readSettings(), await second.readSettings()], [ofProvider, ofProvider]);
    },
  },
  {
    key: "contract.settings-race",
    title: "callers that store different settings at the same time all get the same ones",
    async run({ storage, second }) {
      const rivals = [ofFacility, ofProvider, ofFacility, ofProvider];
      const stored = await Promise.all(
        rivals.map((settings, index) => store(index % 2 === 0 ? storage : second, settings)),
      );
      const read = await second.readSettings();
      assert.ok(read !== undefined);
      assert.deepEqual(
        stored,
        rivals.map(() => read),
      );
    },
  },
  {
    key: "contract.settings-within",
    title: "settings stored within a host's transaction stay if it commits, and vanish if it rolls back",
    async run({ storage, second, beginHostTransaction }) {
      const lost = await beginHostTransaction();
      await storage.within(lost.transaction).storeSettings(ofProvider);
      assert.deepEqual(await storage.within(lost.transaction).readSettings(), ofProvider);
      await lost.rollback();
      assert.equal(await second.readSettings(), undefined);
      const kept = await beginHostTransaction();
      await storage.within(kept.transaction).storeSettings(ofFacility);
      assert.deepEqual(await storage.within(kept.transaction).storeSettings(ofProvider), ofFacility);
      await kept.commit();
      assert.deepEqual(await second.readSettings(), ofFacility);
    },
  },
  {
    key: "contract.clock",
    title: "the database gives the time to the millisecond, also within a host's transaction",
    async run({ storage, second, beginHostTransaction }) {
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      await pause(20);
      for (const one of [inside, second]) assert.ok((await skewOf(one)) < 1_000, String(await skewOf(one)));
      const [earlier, , later] = [await inside.readClock(), await pause(20), await inside.readClock()];
      assert.ok(later.getTime() >= earlier.getTime() + 10, "it stands still within a transaction");
      await host.rollback();
    },
  },
];
