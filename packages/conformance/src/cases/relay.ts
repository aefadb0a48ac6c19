import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  createRelay,
  type Engine,
  type JournalEntry,
  type Slot,
  type StorageAdapter,
  type Warning,
} from "@slotwright/core";
import { StorageError } from "@slotwright/core/adapter";
import { auditFeed } from "../feed-reader.ts";
import { engineOn, manualClock, minutes, patient, place, provider, publish, publishOne } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";
import { type Given, type RelayRun, runRelay, until, untilAborted } from "../relay-run.ts";

async function committed(storage: StorageAdapter): Promise<readonly JournalEntry[]> {
  const read = await storage.readFeed({ after: null, limit: 500 });
  if (read.status === "reset") assert.fail("null does not fit");
  return read.entries.map(({ entry }) => entry);
}

const nameOf = ({ recordKind, recordId, version }: JournalEntry) => `${recordKind} ${recordId} ${version}`;

/** One more slot, which is one more entry. */
async function publishAt(engine: Engine, index: number): Promise<string> {
  const slots = [{ start: minutes(index * 30), end: minutes(index * 30 + 30) }];
  return (await engine.createSlots({ actor: provider, ...place, slots })).slots[0]?.id ?? "";
}

/** A storage that can be cut off, as when its process dies: no call is answered any more. */
function mortal(storage: StorageAdapter) {
  let isDead = false;
  const around = aroundCalls((_, proceed) => (isDead ? new Promise<never>(() => {}) : proceed()));
  return {
    storage: intercepted(storage, around),
    die: () => {
      isDead = true;
    },
  };
}

/** Of each record, the versions never go back, except where a later holder begins again. */
function assertInOrder(given: readonly Given[]): void {
  const latest = new Map<string, Given>();
  for (const one of given) {
    const key = `${one.entry.recordKind} ${one.entry.recordId}`;
    const before = latest.get(key);
    const isBehind = before !== undefined && before.token === one.token && before.entry.version > one.entry.version;
    assert.ok(!isBehind, `${nameOf(one.entry)} comes after version ${before?.entry.version}`);
    latest.set(key, one);
  }
}

function assertTokensGrow(given: readonly Given[]): void {
  const tokens = given.map(({ token }) => token);
  assert.deepEqual(
    tokens,
    tokens.toSorted((a, b) => a - b),
  );
}

async function endAll(...runs: readonly RelayRun[]): Promise<void> {
  await Promise.all(runs.map((run) => run.stop()));
}

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
      assertInOrder(run.given);
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
    key: "relay.crash",
    title: "when a process dies while it hands over, another one takes over, and no entry is lost",
    async run({ storage, second }) {
      await publish(engineOn(storage), 6);
      const process = mortal(storage);
      let answered = 0;
      const handle: typeof untilAborted = async (entry, handover) => {
        answered += 1;
        if (answered > 2) await untilAborted(entry, handover);
      };
      const log: Given[] = [];
      const dying = runRelay(process.storage, handle, { leaseSeconds: 1, log });
      await until(() => dying.given.length === 6, "all are being handled");
      await until(async () => ((await second.readRelay("mail"))?.version ?? 0) > 1, "progress is stored");
      process.die();
      const answers = new Set(dying.done.map(nameOf));
      // Leases end by the clock of the database, and not by that of the engine.
      const heir = runRelay(second, undefined, { log, engineOptions: { clock: manualClock() } });
      const all = await committed(second);
      const isAnswered = (entry: JournalEntry) =>
        answers.has(nameOf(entry)) || heir.done.some((one) => nameOf(one) === nameOf(entry));
      await until(() => all.every(isAnswered), "every entry is handed over", 20_000);
      await endAll(dying, heir);
      assertInOrder(log);
      assertTokensGrow(log);
      assert.ok(heir.given.every(({ token }) => token > (dying.given[0]?.token ?? 0)));
    },
  },
  {
    key: "relay.one-at-a-time",
    title: "of several processes one hands over at a time, and another one goes on when it stops",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const log: Given[] = [];
      const runs = [storage, second, storage, second].map((one) => runRelay(one, undefined, { log }));
      let published = 0;
      while (runs.length > 0) {
        for (const end = published + 5; published < end; published += 1) await publishAt(engine, published);
        await until(() => log.filter(({ isDone }) => isDone).length === published, "all are handed over");
        const holders = new Set(log.slice(-5).map(({ token }) => token));
        assert.equal(holders.size, 1);
        const working = runs.findIndex(({ given }) => given.some(({ token }) => holders.has(token)));
        await endAll(...runs.splice(working, 1));
      }
      assertTokensGrow(log);
      assert.equal(new Set(log.map(({ token }) => token)).size, 4);
      assert.deepEqual(
        auditFeed(
          log.map(({ entry }) => entry),
          await committed(second),
        ),
        [],
      );
    },
  },
  {
    key: "relay.fenced",
    title: "a process that has been away for longer than its lease hands over and stores nothing any more",
    async run({ storage, second }) {
      const engine = engineOn(second);
      let isAway = false;
      let comeBack = () => {};
      const back = new Promise<void>((resolve) => {
        comeBack = resolve;
      });
      const slow = intercepted(
        storage,
        aroundCalls(async (call, proceed) => {
          if (call === "storeRelay" && isAway) await back;
          return proceed();
        }),
      );
      const log: Given[] = [];
      const first = runRelay(slow, undefined, { leaseSeconds: 1, log });
      await publishAt(engine, 0);
      await until(() => first.done.length > 0, "the first one works");
      isAway = true;
      const heir = runRelay(second, undefined, { log });
      await publishAt(engine, 1);
      await until(() => heir.given.length > 0, "the second one takes over");
      const before = first.given.length;
      comeBack();
      await pause(100);
      for (let index = 2; index < 10; index += 1) await publishAt(engine, index);
      const all = await committed(storage);
      const isIn = (entry: JournalEntry) => log.some((one) => nameOf(one.entry) === nameOf(entry));
      await until(() => all.every(isIn), "all are handed over");
      assert.equal(first.given.length, before);
      assertTokensGrow(log);
      const stored = await heir.relay.status();
      assert.equal(stored.token, heir.given[0]?.token);
      await endAll(first, heir);
    },
  },
  {
    key: "relay.storage-away",
    title: "a relay goes on when the database is away for a while, and when it is unknown whether it has stored",
    async run({ storage, second }) {
      const engine = engineOn(second);
      let calls = 0;
      const failing = intercepted(
        storage,
        aroundCalls(async (call, proceed) => {
          if (!/Relay|Feed/.test(call)) return proceed();
          calls += 1;
          if (calls % 3 === 0) throw new StorageError("unavailable", "The database is away.");
          const answer = await proceed();
          if (calls % 3 === 1) throw new StorageError("unknown", "The connection was lost.");
          return answer;
        }),
      );
      const run = runRelay(failing);
      for (let index = 0; index < 20; index += 1) {
        await publishAt(engine, index);
        await pause(5);
      }
      await until(() => run.done.length >= 20, "all are handed over");
      await run.stop();
      assertInOrder(run.given);
      const lost = auditFeed(run.done, await committed(storage)).filter((problem) => problem.startsWith("lost"));
      assert.deepEqual(lost, []);
    },
  },
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
      assertInOrder(run.given);
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
        assert.deepEqual(tries, [1, 2], id);
      }
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

type HandleOnce = (signal: AbortSignal) => Promise<void>;
