import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { auditFeed } from "../feed-audit.ts";
import { engineOn, patient, provider, publish, publishOne } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { assertHandedOver, committed, endAll, publishAt, runRelay } from "../relay-run.ts";
import { until } from "../until.ts";

export const relayCases: readonly ConformanceCase[] = [
  {
    key: "relay.every-entry",
    title: "a relay hands over every entry, of all engines and of transactions, once and in the order of versions",
    async run({ storage, second, beginHostTransaction }) {
      const [engine, other] = [engineOn(storage), engineOn(second)];
      const slots = await publish(engine, 6);
      const run = runRelay(second, async () => pause(Math.random() * 5), { concurrency: 3 });
      await Promise.all(
        slots.slice(0, 4).map(async ({ id }, index) => {
          const by = index % 2 === 0 ? engine : other;
          const { appointment } = await by.book({ actor: patient, slotId: id, subjectId: `p-${index}` });
          await by.checkIn({ actor: provider, appointmentId: appointment.id });
          await by.complete({ actor: provider, appointmentId: appointment.id });
        }),
      );
      const host = await beginHostTransaction();
      await engine.within(host.transaction).book({ actor: patient, slotId: slots[4]?.id ?? "", subjectId: "p-4" });
      await host.commit();
      const all = await committed(storage);
      await until(
        () => run.done.length >= all.length,
        () => `every entry is handed over: ${auditFeed(run.done, all).join("; ")}`,
      );
      await run.stop();
      assertHandedOver(run.given, all);
      assert.deepEqual(auditFeed(run.done, all), []);
      assert.deepEqual((await run.relay.status()).behind, 0);
    },
  },
  {
    key: "relay.goes-on",
    title: "a relay begins with what happens from its first run on, and the next run goes on where the last one ended",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      await publishAt(engine, 0);
      const first = runRelay(storage, undefined, { from: undefined });
      await until(async () => (await first.relay.status()).holder !== null, "it runs");
      const expected = [await publishAt(engine, 1)];
      await until(() => first.done.length === 1, "the news is handed over");
      const { holder, token, until: end } = await first.relay.status();
      assert.ok(holder !== null && token === 1 && end !== null && end.getTime() > Date.now() - 60_000);
      await first.stop();
      assert.deepEqual(
        { ...(await first.relay.status()) },
        { holder: null, token: 1, until: null, behind: 0, parked: [] },
      );
      expected.push(await publishAt(engine, 2));
      assert.equal((await first.relay.status()).behind, 1);
      const next = runRelay(second, undefined, { from: "beginning" });
      await until(() => next.done.length === 1, "the next run goes on");
      const web = runRelay(second, undefined, { name: "web" });
      await until(() => web.done.length === 3, "a relay of another name has a place of its own");
      await endAll(next, web);
      assert.deepEqual(
        [...first.done, ...next.done].map(({ recordId }) => recordId),
        expected,
      );
      assert.equal(next.given[0]?.token, 2);
    },
  },
  {
    key: "relay.stop",
    title: "a relay that is stopped waits for what is being handled, stores it, and leaves the lease to others at once",
    async run({ storage, second }) {
      await publishOne(engineOn(storage));
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const run = runRelay(storage, () => finished);
      await until(() => run.given.length === 1, "it is being handled");
      const stopping = run.stop();
      await pause(50);
      assert.ok((await run.relay.status()).holder !== null);
      finish();
      await stopping;
      const { behind, holder } = await run.relay.status();
      assert.deepEqual([behind, holder, run.done.length], [0, null, 1]);
      const next = runRelay(second);
      await until(async () => (await next.relay.status()).token === 2, "another one has the lease");
      await next.stop();
      assert.equal(next.given.length, 0);
    },
  },
];
