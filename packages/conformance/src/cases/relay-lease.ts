import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import { StorageError } from "@slotwright/core/adapter";
import { auditFeed } from "../feed-audit.ts";
import { engineOn, manualClock, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";
import {
  assertHandedOver,
  assertTokensGrow,
  committed,
  endAll,
  type Given,
  nameOf,
  publishAt,
  runRelay,
  untilAborted,
} from "../relay-run.ts";
import { until } from "../until.ts";

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

export const relayLeaseCases: readonly ConformanceCase[] = [
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
      // Leases end by the clock of the database, and not by that of the engine.
      const heir = runRelay(second, undefined, { log, engineOptions: { clock: manualClock() } });
      await until(async () => (await heir.relay.status()).behind === 0, "the other one has caught up", 20_000);
      assertHandedOver(log, await committed(second));
      await endAll(dying, heir);
      assertTokensGrow(log);
      assert.ok(heir.given.every(({ token }) => token > (dying.given[0]?.token ?? 0)));
    },
  },
  {
    key: "relay.unstored",
    title: "while its place cannot be stored, a relay hands over no more than it reads ahead: a crash repeats no more",
    async run({ storage, second }) {
      await publish(engineOn(second), 1_200);
      let isStuck = false;
      let free = () => {};
      const freed = new Promise<void>((resolve) => {
        free = resolve;
      });
      const slow = intercepted(
        storage,
        aroundCalls(async (call, proceed) => {
          if (call === "storeRelay" && isStuck) await freed;
          return proceed();
        }),
      );
      const run = runRelay(slow, async () => {
        isStuck = true;
      });
      await until(() => run.given.length >= 250, "it hands over");
      await pause(500);
      assert.ok(run.given.length <= 500, `${run.given.length} entries were handed over, and not stored`);
      isStuck = false;
      free();
      await until(() => run.done.length >= 1_200, "it goes on");
      await run.stop();
      assert.equal((await run.relay.status()).behind, 0);
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
    key: "relay.lease-over",
    title: "a lease that is over by the database's clock is taken at once, however long it lasted",
    async run({ storage, second }) {
      await publish(engineOn(storage), 1);
      const former = runRelay(storage);
      await until(() => former.done.length > 0, "the first one works");
      await endAll(former);
      const stored = await storage.readRelay("mail");
      assert.ok(stored);
      // As somebody has left it who died long ago.
      const over = { holder: "gone", until: (await storage.readClock()).getTime() - 1, forMs: 3_600_000 };
      const state = { ...(stored.state as object), lease: over };
      assert.ok(await storage.storeRelay({ name: "mail", expected: stored.version, state }));
      const heir = runRelay(second);
      await publishAt(engineOn(second), 1);
      await until(() => heir.done.length > 0, "the second one takes over", 3_000);
      await endAll(heir);
      assertTokensGrow([...former.given, ...heir.given]);
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
          // In sevens: with a few more calls for each write, no call meets the same fault each time.
          calls += 1;
          const fault = calls % 7;
          if (fault === 0 || fault === 4) throw new StorageError("unavailable", "The database is away.");
          const answer = await proceed();
          if (fault === 2 || fault === 5) throw new StorageError("unknown", "The connection was lost.");
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
      assertHandedOver(run.given, await committed(storage));
    },
  },
];
