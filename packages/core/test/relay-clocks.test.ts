import { describe, expect, it } from "vitest";
import { createEngine, createRelay, type RelayOptions, type StorageAdapter, type Warning } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

const hourMs = 3_600_000;

/** A storage whose clock can be moved. */
function movable() {
  const memory = memoryAdapter();
  let aheadMs = 0;
  const storage: StorageAdapter = { ...memory, readClock: async () => new Date(Date.now() + aheadMs) };
  const setBack = () => {
    aheadMs = -hourMs;
  };
  return { storage, setBack };
}

function started(storage: StorageAdapter, options: Pick<RelayOptions, "handle"> & Partial<RelayOptions>) {
  const stopping = new AbortController();
  const warnings: Warning[] = [];
  const engine = createEngine({ storage, random: () => 0, onWarning: (warning) => void warnings.push(warning) });
  const relay = createRelay({ engine, name: "mail", from: "beginning", pollMs: 10, leaseSeconds: 1, ...options });
  const running = relay.run({ signal: stopping.signal });
  const stop = () => {
    stopping.abort();
    return running;
  };
  return { relay, warnings, stop };
}

const publish = (storage: StorageAdapter, count: number) =>
  createEngine({ storage }).createSlots({
    actor,
    ...place,
    slots: Array.from({ length: count }, (_, index) => slotAt(index * 30)),
  });

/** Keeps the event loop from turning. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

describe("a relay whose database's clock is set back by an hour", () => {
  it("goes on when its holder is gone: a lease that nobody renews is over after its length", async () => {
    const { storage, setBack } = movable();
    await publish(storage, 1);
    const dying = hindered(storage);
    const given: string[] = [];
    const first = started(dying.storage, { handle: async () => void given.push("first") });
    await until(() => given.length === 1);
    const never = new Promise<void>(() => {});
    for (const name of ["storeRelay", "readRelay", "readClock", "readFeed"] as const)
      dying.hindrances[name] = () => never;
    setBack();
    await publish(storage, 0).catch(() => {});
    const heir = started(storage, { handle: async () => void given.push("heir") });
    const { slots } = await createEngine({ storage }).createSlots({ actor, ...place, slots: [slotAt(600)] });
    expect(slots).toHaveLength(1);
    await until(() => given.includes("heir"));
    await heir.stop();
    void first.stop();
  });

  it("leaves the lease to a holder that renews it", async () => {
    const { storage, setBack } = movable();
    await publish(storage, 1);
    const first = started(storage, { handle: async () => {} });
    await until(() => first.warnings.length === 0);
    while ((await first.relay.status()).token !== 1) await passed(5);
    setBack();
    const other = started(storage, { handle: async () => {} });
    await passed(2_500);
    expect((await other.relay.status()).token).toBe(1);
    await first.stop();
    await other.stop();
  });

  it("retries what is parked at once, and not in an hour", async () => {
    const { storage, setBack } = movable();
    await publish(storage, 1);
    let isBroken = true;
    let attempts = 0;
    const { relay, stop } = started(storage, {
      leaseSeconds: 1,
      handle: async () => {
        attempts += 1;
        if (isBroken) throw new Error("Not yet");
      },
    });
    while ((await relay.status()).parked.length === 0) await passed(5);
    setBack();
    isBroken = false;
    const before = attempts;
    await until(() => attempts > before);
    await stop();
    expect(await relay.status()).toMatchObject({ parked: [], behind: 0 });
  });
});

describe("a handler that never waits", () => {
  it("leaves the event loop its turns, so that the lease is renewed and each entry is handed over once", async () => {
    const storage = memoryAdapter();
    await publish(storage, 150);
    let calls = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const { relay, warnings, stop } = started(storage, {
      handle: async () => {
        calls += 1;
        block(10);
      },
    });
    while ((await relay.status()).behind !== 0) await passed(20);
    clearInterval(timer);
    await stop();
    expect(calls).toBe(150);
    expect(warnings).toEqual([]);
    expect(longest).toBeLessThan(1_000);
  });

  it("and takes longer than the lease is warned of, since it loses the lease each time", async () => {
    const { storage, hindrances } = hindered();
    await publish(storage, 1);
    // As with a database, an answer comes after the timers that are due. The first of these is due since before the handler.
    hindrances.readClock = async () => {
      await passed(1);
      await passed(1);
    };
    let calls = 0;
    const { relay, warnings, stop } = started(storage, {
      handle: async () => {
        calls += 1;
        if (calls === 1) block(1_100);
      },
    });
    await until(() => warnings.length > 0);
    expect(warnings[0]).toMatchObject({
      code: "relay_lease_lost",
      message: expect.stringMatching(/handed over again.*event loop.*raise leaseSeconds/),
      details: { name: "mail" },
    });
    while ((await relay.status()).behind !== 0) await passed(10);
    await stop();
    expect(calls).toBe(2);
  });
});

it("a relay whose place is gone says so by its name, and what is parked can still be seen", async () => {
  const { storage, hindrances } = hindered();
  await publish(storage, 1);
  const { relay, stop } = started(storage, {
    handle: async () => {
      throw new Error("Not yet");
    },
  });
  while ((await relay.status()).parked.length === 0) await passed(5);
  await stop();
  hindrances.readFeed = undefined;
  const gone: StorageAdapter = { ...storage, readFeed: async () => ({ status: "reset" }) };
  const restored = createRelay({ engine: createEngine({ storage: gone }), name: "mail", handle: async () => {} });
  expect(await restored.status()).toMatchObject({ behind: null, parked: [{ recordKind: "slot" }] });
  await expect(restored.run()).rejects.toMatchObject({
    code: "feed_reset",
    details: { relay: "mail" },
    message: expect.stringMatching(/the relay "mail" has its place.*run it again after a failover/),
  });
});
