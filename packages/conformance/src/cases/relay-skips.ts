import assert from "node:assert/strict";
import { createRelay, type Engine } from "@slotwright/core";
import { engineOn, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { type RelayRun, runRelay } from "../relay-run.ts";
import { until } from "../until.ts";

/** So long that the holder of the lease hears by itself of nothing that these cases ask for. */
const rarely = { pollMs: 5_000 };

export const relaySkipCases: readonly ConformanceCase[] = [
  {
    key: "relay.skip-under-way",
    title: "what follows a record while it is given up, and its handler has not answered yet, is handed over",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      assert.ok(slot);
      let fail = () => {};
      const failing = new Promise<void>((_, reject) => {
        fail = () => reject(new Error("It hung."));
      });
      const run = runRelay(second, async ({ version }, { attempt }) => {
        if (version === 1 && attempt === 1) throw new Error("Not now.");
        if (version === 1) await failing;
      });
      await until(() => run.given.some(({ attempt }) => attempt === 2), "it is retried");
      assert.equal(await run.relay.release({ recordKind: "slot", recordId: slot.id, skip: true }), true);
      await block(engine, slot.id);
      const parked = async () => (await run.relay.status()).parked[0];
      await until(async () => (await parked())?.lastVersion === 2, "what follows is parked");
      assert.equal((await parked())?.asked, "skip");
      fail();
      await assertHandsOver(run, slot.id, [2]);
    },
  },
  {
    key: "relay.skip-elsewhere",
    title: "what follows a record before the holder of the lease hears that it is given up is handed over",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      assert.ok(slot);
      const run = runRelay(storage, failFirst, { ...rarely, engine });
      await until(async () => (await run.relay.status()).parked.length === 1, "it is parked");
      const admin = createRelay({ engine: engineOn(second), name: "mail", handle: failFirst });
      assert.equal(await admin.release({ recordKind: "slot", recordId: slot.id, skip: true }), true);
      // The engine of the relay has committed this, so the relay reads it before it looks for what is asked.
      await block(engine, slot.id);
      await assertHandsOver(run, slot.id, [2]);
    },
  },
  {
    key: "relay.skip-once",
    title: "a record that was given up and fails again later is parked anew, and retried",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      let isBroken = true;
      const handle = async () => {
        if (isBroken) throw new Error("Not now.");
      };
      const before = runRelay(storage, handle);
      await until(async () => (await before.relay.status()).parked.length === 2, "both are parked");
      await before.stop();
      const admin = createRelay({ engine: engineOn(second), name: "mail", handle });
      await admin.release({ recordKind: "slot", recordId: slot.id, skip: true });
      const run = runRelay(storage, handle, { ...rarely, engine });
      await until(async () => (await admin.status()).holder !== null, "the next run has the lease");
      // The row still says that the record is given up. Now it changes, and it fails once more.
      await admin.release({ recordKind: "slot", recordId: other.id });
      await block(engine, slot.id);
      const versions = async () =>
        (await admin.status()).parked.flatMap((one) => (one.recordId === slot.id ? [one.fromVersion] : []));
      await until(async () => (await versions()).join() === "2", "what follows is parked");
      isBroken = false;
      await assertHandsOver(run, slot.id, [2]);
      assert.ok(run.done.some(({ recordId }) => recordId === other.id));
    },
  },
];

async function failFirst({ version }: { readonly version: number }): Promise<void> {
  if (version === 1) throw new Error("Not now.");
}

const block = (engine: Engine, slotId: string) => engine.block({ actor: provider, slotId });

/** The versions that are handed over until nothing is parked or behind. */
async function assertHandsOver(run: RelayRun, id: string, versions: readonly number[]): Promise<void> {
  const isOver = async () => {
    const { behind, parked } = await run.relay.status();
    return behind === 0 && parked.length === 0;
  };
  await until(isOver, "nothing is left");
  await run.stop();
  const handed = run.done.flatMap(({ recordId, version }) => (recordId === id ? [version] : []));
  assert.deepEqual(handed, versions);
}
