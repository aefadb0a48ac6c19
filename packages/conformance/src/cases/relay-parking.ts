import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { createRelay, type Slot, type Warning } from "@slotwright/core";
import { auditFeed } from "../feed-audit.ts";
import { engineOn, patient, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { assertHandedOver, committed, runRelay } from "../relay-run.ts";
import { until } from "../until.ts";

export const relayParkingCases: readonly ConformanceCase[] = [
  {
    key: "relay.parked",
    title: "a record that fails is parked with what follows it and retried in order, while the others go on",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [bad, good] = await publish(engine, 2);
      assert.ok(bad && good);
      let isBroken = true;
      const run = runRelay(second, async ({ recordId, version }) => {
        if (isBroken && recordId === bad.id && version > 1) throw new TypeError(`No room for ${version} \ud800`);
      });
      const { appointment } = await engine.book({ actor: patient, slotId: bad.id, subjectId: "p-1" });
      await engine.cancel({ actor: patient, appointmentId: appointment.id });
      await engine.book({ actor: patient, slotId: good.id, subjectId: "p-2" });
      const isOf = (id: string) => run.done.filter(({ recordId }) => recordId === id).map(({ version }) => version);
      await until(() => isOf(good.id).length === 2 && isOf(appointment.id).length === 2, "the others go on");
      const parked = async () => (await run.relay.status()).parked[0];
      await until(async () => (await parked())?.lastVersion === 3, "what follows is parked as well");
      await until(async () => ((await parked())?.attempts ?? 0) > 1, "it is retried by itself");
      const { retryAt, attempts, ...rest } = (await parked()) ?? assert.fail();
      assert.deepEqual(rest, {
        recordKind: "slot",
        recordId: bad.id,
        fromVersion: 2,
        lastVersion: 3,
        error: "TypeError: No room for 2 \ufffd",
        asked: null,
      });
      assert.ok(attempts > 1 && Math.abs(retryAt.getTime() - Date.now()) < 60_000);
      assert.deepEqual(isOf(bad.id), [1]);
      isBroken = false;
      await until(() => isOf(bad.id).length === 3, "it is handed over");
      await until(async () => (await parked()) === undefined, "it is parked no longer");
      await engine.block({ actor: provider, slotId: bad.id });
      await until(() => isOf(bad.id).length === 4, "it goes on");
      await run.stop();
      assert.deepEqual(isOf(bad.id), [1, 2, 3, 4]);
      assertHandedOver(run.given, await committed(storage));
      const tries = run.given.filter(({ entry }) => entry.recordId === bad.id && entry.version === 2);
      assert.deepEqual(
        tries.map(({ attempt }) => attempt),
        tries.map((_, index) => index + 1),
      );
      assert.deepEqual(auditFeed(run.done, await committed(storage)), []);
    },
  },
  {
    key: "relay.release",
    title: "a parked record can be retried at once or given up, from any process, also while no relay runs",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      assert.ok(slot && other);
      let isBroken = true;
      const handle: Parameters<typeof runRelay>[1] = async ({ recordId }) => {
        if (isBroken && recordId !== other.id) throw new Error("Not now.");
      };
      const run = runRelay(second, handle);
      // It never runs: somebody's console.
      const admin = createRelay({ engine, name: "mail", handle });
      const record = { recordKind: "slot", recordId: slot.id } as const;
      const parked = async () => (await admin.status()).parked;
      await until(async () => (await parked()).length === 1, "it is parked");
      assert.equal(await admin.release({ recordKind: "slot", recordId: other.id }), false);
      assert.equal(await admin.release({ recordKind: "appointment", recordId: slot.id }), false);
      const before = run.given.length;
      await until(async () => ((await parked())[0]?.attempts ?? 0) >= 3, "the pauses grow");
      assert.equal(await admin.release(record), true);
      await until(() => run.given.length > before, "it is retried");
      assert.equal(await admin.release({ ...record, skip: true }), true);
      await until(async () => (await parked()).length === 0, "it is given up");
      await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      await until(async () => (await parked()).length === 2, "what follows is handed over again");
      await run.stop();
      for (const { recordKind, recordId } of await parked()) await admin.release({ recordKind, recordId });
      assert.deepEqual(
        (await parked()).map(({ asked }) => asked),
        ["retry", "retry"],
      );
      isBroken = false;
      const next = runRelay(storage, handle);
      await until(async () => (await parked()).length === 0, "the next holder hears what was asked");
      await next.stop();
    },
  },
  {
    key: "relay.parked-limit",
    title: "a relay that has parked as many records as it may stops and warns, and goes on when there is room",
    async run({ storage }) {
      const slots = await publish(engineOn(storage), 5);
      const warnings: Warning[] = [];
      let isBroken = true;
      const run = runRelay(
        storage,
        async () => {
          if (isBroken) throw new Error("Not now.");
        },
        {
          parkedLimit: 2,
          concurrency: 1,
          engineOptions: { onWarning: (warning) => warnings.push(warning) },
        },
      );
      const parked = async () => (await run.relay.status()).parked;
      await until(async () => (await parked()).length === 2, "two are parked");
      await pause(200);
      const records = () => new Set(run.given.map(({ entry }) => entry.recordId)).size;
      assert.equal(records(), 2);
      const stops = () => warnings.filter(({ code }) => code === "relay_stopped");
      assert.deepEqual(
        stops().map(({ details }) => details),
        [{ name: "mail", parked: 2 }],
      );
      assert.equal((await run.relay.status()).behind, 3);
      const { recordKind, recordId } = (await parked())[0] ?? assert.fail();
      await run.relay.release({ recordKind, recordId, skip: true });
      await until(() => records() === 3, "there is room for one more");
      await until(() => stops().length === 2, "it warns again");
      isBroken = false;
      await until(() => run.done.length === slots.length - 1, "the others are handed over");
      await run.stop();
    },
  },
  {
    key: "relay.odd-handlers",
    title: "a handler that never answers, throws anything or answers late counts as failed, and holds up nobody",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 5);
      const late: string[] = [];
      const oddities: Record<string, HandleOnce> = {
        [slots[0]?.id ?? ""]: () => new Promise(() => {}),
        [slots[1]?.id ?? ""]: () => {
          throw { toString: () => assert.fail("no text") };
        },
        [slots[2]?.id ?? ""]: async () => Promise.reject(undefined),
        [slots[3]?.id ?? ""]: async (signal) => {
          await pause(1_500);
          late.push(String(signal.aborted));
        },
      };
      const seen = new Set<string>();
      const run = runRelay(
        storage,
        async ({ recordId }, { signal }) => {
          const isFirst = !seen.has(recordId);
          seen.add(recordId);
          if (isFirst) await oddities[recordId]?.(signal);
        },
        { handlerTimeoutSeconds: 0.5, concurrency: 4 },
      );
      await until(() => run.done.some(({ recordId }) => recordId === slots[4]?.id), "the others go on");
      await until(async () => (await run.relay.status()).parked.length > 0, "it is parked");
      const isRetried = ({ id }: Slot) =>
        run.given.some((one) => one.entry.recordId === id && one.isDone && one.attempt > 1);
      await until(() => slots.slice(0, 4).every(isRetried), "all are retried");
      await until(() => late.length === 1, "one answers late");
      await run.stop();
      assert.deepEqual(late, ["true"]);
      for (const { id } of slots.slice(0, 4)) {
        const tries = run.given.filter(({ entry }) => entry.recordId === id).map(({ attempt }) => attempt);
        // A second try is too late as well if the machine stands still for a while.
        assert.deepEqual(tries.slice(0, 2), [1, 2], id);
      }
    },
  },
];

type HandleOnce = (signal: AbortSignal) => Promise<void>;
