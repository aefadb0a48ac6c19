import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError, type RelayWrite } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";

/** Any call may end as transient, which means that nothing was applied. */
async function store(storage: StorageAdapter, relay: RelayWrite): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storage.storeRelay(relay);
    } catch (error) {
      if (!isStorageError(error, "transient") || attempt === 1_000) throw error;
      await pause(Math.random() * 20);
    }
  }
}

/** Text that a database may not like, and a document that is larger than a short column. */
const oddState = {
  text: "Ünïcode 😀 ' \" \\ \u0000 trailing ",
  empty: {},
  list: [1, 0.1, -1e21, null, true, []],
  long: "x".repeat(100_000),
};

export const contractRelayCases: readonly ConformanceCase[] = [
  {
    key: "contract.relay",
    title: "the state of a relay is stored exactly, if its version is the expected one, and every connection reads it",
    async run({ storage, second }) {
      assert.equal(await storage.readRelay("mail"), undefined);
      assert.equal(await store(storage, { name: "mail", expected: 1, state: {} }), false);
      assert.equal(await store(storage, { name: "mail", expected: 0, state: { step: 1 } }), true);
      assert.deepEqual(await second.readRelay("mail"), { version: 1, state: { step: 1 } });
      for (const expected of [0, 2]) assert.equal(await store(second, { name: "mail", expected, state: {} }), false);
      assert.equal(await store(second, { name: "mail", expected: 1, state: oddState }), true);
      assert.deepEqual(await storage.readRelay("mail"), { version: 2, state: oddState });
      assert.equal(await store(storage, { name: "mail", expected: 1, state: {} }), false);
      for (const name of ["Mail", "mail ", "m".repeat(128), "Ünïcode 😀 ' \\"]) {
        assert.equal(await storage.readRelay(name), undefined, name);
        assert.equal(await store(storage, { name, expected: 0, state: { name } }), true, name);
        assert.deepEqual(await second.readRelay(name), { version: 1, state: { name } });
      }
      assert.deepEqual(await second.readRelay("mail"), { version: 2, state: oddState });
    },
  },
  {
    key: "contract.relay-race",
    title: "of many that store the state of a relay at one version, exactly one does, also if there is none yet",
    async run({ storage, second }) {
      for (const expected of [0, 1, 2, 3]) {
        const rivals = Array.from({ length: 10 }, (_, rival) => rival);
        const stored = await Promise.all(
          rivals.map((rival) =>
            store(rival % 2 === 0 ? storage : second, { name: "mail", expected, state: { rival, expected } }),
          ),
        );
        const winners = rivals.filter((rival) => stored[rival]);
        assert.equal(winners.length, 1, `${winners.length} have stored version ${expected + 1}`);
        const state = { rival: winners[0], expected };
        assert.deepEqual(await second.readRelay("mail"), { version: expected + 1, state });
      }
    },
  },
  {
    key: "contract.relay-names",
    title: "relays of different names do not wait for one another, and many steps of one lose nothing",
    async run({ storage, second }) {
      const steps = Array.from({ length: 10 }, (_, step) => step);
      const relays = ["one", "two", "three", "four"].map(async (name, index) => {
        const own = index % 2 === 0 ? storage : second;
        for (const expected of steps) assert.equal(await store(own, { name, expected, state: { expected } }), true);
        assert.deepEqual(await second.readRelay(name), { version: 10, state: { expected: 9 } });
      });
      await Promise.all(relays);
    },
  },
  {
    key: "contract.relay-within",
    title: "what is stored of a relay within a host's transaction stays if it commits, and vanishes if it rolls back",
    async run({ storage, second, beginHostTransaction }) {
      assert.equal(await store(storage, { name: "mail", expected: 0, state: { step: 1 } }), true);
      for (const isKept of [false, true]) {
        const host = await beginHostTransaction();
        const inside = storage.within(host.transaction);
        assert.equal(await inside.storeRelay({ name: "mail", expected: 0, state: {} }), false);
        assert.equal(await inside.storeRelay({ name: "mail", expected: 1, state: { step: 2 } }), true);
        assert.equal(await inside.storeRelay({ name: "web", expected: 0, state: {} }), true);
        assert.deepEqual(await inside.readRelay("mail"), { version: 2, state: { step: 2 } });
        assert.deepEqual(await second.readRelay("mail"), { version: 1, state: { step: 1 } });
        await (isKept ? host.commit() : host.rollback());
      }
      assert.deepEqual(await second.readRelay("mail"), { version: 2, state: { step: 2 } });
      assert.deepEqual(await second.readRelay("web"), { version: 1, state: {} });
    },
  },
  {
    key: "contract.relay-waits",
    title: "a relay's state that an open transaction has written is transient for others, in time, and readable",
    async run({ storage, second, beginHostTransaction }) {
      assert.equal(await store(storage, { name: "mail", expected: 0, state: { step: 1 } }), true);
      const host = await beginHostTransaction();
      await storage.within(host.transaction).storeRelay({ name: "mail", expected: 1, state: { step: 2 } });
      const started = performance.now();
      await assert.rejects(second.storeRelay({ name: "mail", expected: 1, state: { step: 3 } }), (error) =>
        isStorageError(error, "transient"),
      );
      assert.ok(performance.now() - started < 10_000, `it took ${performance.now() - started} ms`);
      assert.deepEqual(await second.readRelay("mail"), { version: 1, state: { step: 1 } });
      await host.rollback();
      assert.equal(await store(second, { name: "mail", expected: 1, state: { step: 3 } }), true);
    },
  },
];
