import { describe, expect, it } from "vitest";
import { settingsOfEngine } from "../src/engine/engine-settings.ts";
import { nextBatch } from "../src/engine/feed/next-batch.ts";
import { createEngine, createRelay, type StorageAdapter } from "../src/index.ts";
import { actor, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

type Call = Exclude<keyof StorageAdapter, "contract">;

/** A storage with one slot, of which some calls never answer. */
async function stage() {
  const { storage, hindrances, calls } = hindered();
  const engine = createEngine({ storage });
  await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  calls.length = 0;
  const hang = (...names: readonly Call[]) => {
    for (const name of names) hindrances[name] = () => new Promise(() => {});
  };
  return { engine, storage, hindrances, calls, hang };
}

/** Aborts once this was called, and waits a little for what is awaited. */
async function afterAbort<T>(calls: readonly string[], name: string, ended: Promise<T>, stop: AbortController) {
  await until(() => calls.includes(name));
  await passed(20);
  stop.abort();
  return Promise.race([ended, passed(1_000).then(() => "still waiting")]);
}

describe("a call that never answers keeps nobody from ending:", () => {
  it.each(["end", null])("a subscriber after %s", async (after) => {
    const { engine, calls, hang } = await stage();
    hang("readFeed");
    const stop = new AbortController();
    const reading = async () => {
      for await (const _ of engine.subscribe({ after, signal: stop.signal }));
      return "ended";
    };
    expect(await afterAbort(calls, "readFeed", reading(), stop)).toBe("ended");
  });

  it("a subscriber that leaves", async () => {
    const { engine, calls, hang } = await stage();
    hang("readFeed");
    const reading = engine.subscribe({ after: null })[Symbol.asyncIterator]();
    const next = reading.next();
    await until(() => calls.includes("readFeed"));
    const left = Promise.all([next, reading.return?.()]);
    const isDone = { done: true, value: undefined };
    expect(await Promise.race([left, passed(1_000)])).toEqual([isDone, isDone]);
  });

  it.each(["readFeed", "findSlots", "load"] as const)("live slots that wait for %s", async (name) => {
    const { engine, calls, hang } = await stage();
    hang(name);
    const stop = new AbortController();
    const reason = new Error("The host closes.");
    const following = engine
      .follow({ from: slotAt(0).start, to: slotAt(10).start, signal: stop.signal })
      .catch(({ code, cause }) => [code, cause]);
    await until(() => calls.includes(name));
    stop.abort(reason);
    expect(await Promise.race([following, passed(1_000)])).toEqual(["aborted", reason]);
  });

  it.each(["readFeed", "readJournals"] as const)("a relay that waits for %s", async (name) => {
    const { engine, storage, hindrances, calls, hang } = await stage();
    const handle = async () => {
      throw new Error("Not now.");
    };
    const options = { name: "mail", from: "beginning", pollMs: 10, leaseSeconds: 3_600, handle } as const;
    const relay = createRelay({ engine: createEngine({ storage, random: () => 0 }), ...options });
    hang(name);
    const stop = new AbortController();
    const running = relay.run({ signal: stop.signal }).then(() => "ended");
    expect(await afterAbort(calls, name, running, stop)).toBe("ended");
    hindrances.readFeed = undefined;
    expect(await createRelay({ engine, ...options }).status()).toMatchObject({ holder: null });
  });
});

it("a follower that was woken while its position was looked up has it looked up again", async () => {
  const { engine, hindrances, hang } = await stage();
  const settings = settingsOfEngine(engine);
  if (settings === undefined) throw new Error("It is an engine.");
  const follower = settings.feedTail.follow(10);
  await until(() => follower.moves() > 0);
  // As a failover leaves it that has lost the entry.
  const lost = [{ partition: 0, seq: 1, digest: "AAAAAAAA" }];
  const waking = new AbortController();
  hang("readFeed");
  const woken = nextBatch(settings, follower, lost, waking.signal);
  waking.abort();
  expect(await woken).toEqual([]);
  hindrances.readFeed = undefined;
  const next = nextBatch(settings, follower, lost, new AbortController().signal);
  await expect(Promise.race([next, passed(1_000)])).rejects.toMatchObject({ code: "feed_reset" });
  follower.leave();
});
