import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { type AccessRequest, createEngine, type Engine, type JournalEntry, type SubscribeInput } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, failWith, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

/** An engine on a storage that can be hindered, and somebody else's on the same storage. */
function stage() {
  const database = memoryAdapter();
  const { storage, ...hindering } = hindered(database);
  const other = createEngine({ storage: database });
  const publish = (at: number, by: Pick<Engine, "createSlots"> = other) =>
    by.createSlots({ actor, ...place, slots: [slotAt(at)] });
  const engine = createEngine({ storage, retry: { budgetMs: 0 } });
  return { engine, publish, ...hindering };
}

/** Notes what it is given until it is told to leave. */
function subscriber(engine: Pick<Engine, "subscribe">, input: SubscribeInput = {}) {
  const leaving = new AbortController();
  const entries: JournalEntry[] = [];
  const running = (async () => {
    for await (const part of engine.subscribe({ pollMs: 10, signal: leaving.signal, ...input })) {
      entries.push(...part.entries);
    }
  })();
  running.catch(() => {});
  return { entries, running, leave: () => leaving.abort() };
}

describe("a subscriber", () => {
  it("that catches up leaves no listeners on its signal", async () => {
    const { engine } = stage();
    const slots = Array.from({ length: 4_000 }, (_, index) => slotAt(index * 30));
    await engine.createSlots({ actor, ...place, slots });
    const leaving = new AbortController();
    let given = 0;
    let mostListeners = 0;
    for await (const { entries } of engine.subscribe({ signal: leaving.signal })) {
      given += entries.length;
      mostListeners = Math.max(mostListeners, getEventListeners(leaving.signal, "abort").length);
      if (given === slots.length) leaving.abort();
    }
    expect(given).toBe(4_000);
    expect(mostListeners).toBe(1);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
  });

  it("ends at its signal, or when it leaves, also while `authorize` never answers", async () => {
    const storage = memoryAdapter();
    const authorize = ({ action }: AccessRequest) =>
      action === "changes" ? new Promise<undefined>(() => {}) : undefined;
    const engine = createEngine({ storage, authorize });
    await createEngine({ storage }).createSlots({ actor, ...place, slots: [slotAt(0)] });
    const { entries, running, leave } = subscriber(engine.as(actor) as never);
    await passed(50);
    leave();
    await running;
    expect(entries).toEqual([]);
    const iterator = engine.as(actor).subscribe({})[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await passed(50);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("waits half a second for a database that is away, tries again, and misses nothing", async () => {
    const { engine, publish, hindrances } = stage();
    await publish(0);
    const tried: number[] = [];
    hindrances.readFeed = () => {
      tried.push(performance.now());
      return failWith(tried.length % 2 === 0 ? "unavailable" : "transient");
    };
    const { entries, running, leave } = subscriber(engine, { pollMs: 3_600_000 });
    await passed(1_300);
    // Its own attempts, and those of the tail, which it shares with others.
    expect(tried.length).toBeGreaterThanOrEqual(4);
    expect(tried.length).toBeLessThanOrEqual(6);
    hindrances.readFeed = undefined;
    await publish(30);
    await until(() => entries.length === 2);
    leave();
    await running;
  });

  it("that waits for a database ends with its signal at once", async () => {
    const { engine, hindrances, calls } = stage();
    hindrances.readFeed = () => failWith("unavailable");
    const { running, leave } = subscriber(engine);
    await until(() => calls.filter((name) => name === "readFeed").length >= 2);
    await passed(20);
    const began = performance.now();
    leave();
    await running;
    expect(performance.now() - began).toBeLessThan(200);
  });

  it("is given news of its own engine soon after a read of them has failed, however long a poll is", async () => {
    const { engine, publish, hindrances } = stage();
    const { entries, running, leave } = subscriber(engine, { after: "end", pollMs: 3_600_000 });
    await passed(50);
    let failed = 0;
    hindrances.readFeed = async () => {
      failed += 1;
      if (failed === 1) await failWith("transient");
    };
    await publish(0, engine);
    await until(() => entries.length === 1);
    expect(failed).toBeGreaterThan(1);
    leave();
    await running;
  });

  it.each(["schema_outdated", "schema_too_new", "misused", "refused"] as const)(
    "that waits for news ends with what waiting does not mend: %s",
    async (failure) => {
      const { engine, hindrances } = stage();
      const { running } = subscriber(engine, { after: "end" });
      await passed(50);
      hindrances.readFeed = () => failWith(failure);
      const codes = { misused: "storage_misused", refused: "refused_by_database" } as Record<string, string>;
      await expect(running).rejects.toMatchObject({ code: codes[failure] ?? failure });
    },
  );

  it("ends when its iterator's return() is called while it waits, and nothing is read any more", async () => {
    const { engine, calls } = stage();
    const leaving = new AbortController();
    const parts = engine.subscribe({ after: "end", pollMs: 10, signal: leaving.signal })[Symbol.asyncIterator]();
    const waiting = parts.next();
    await passed(50);
    expect(await parts.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    await passed(20);
    calls.length = 0;
    await passed(50);
    expect(calls).toEqual([]);
  });

  it("that is ended between two reads, and never reads again, has nothing read for it any more", async () => {
    const { engine, publish, calls } = stage();
    await publish(0);
    const leaving = new AbortController();
    const parts = engine.subscribe({ pollMs: 10, signal: leaving.signal })[Symbol.asyncIterator]();
    expect((await parts.next()).done).toBe(false);
    leaving.abort();
    await passed(50);
    calls.length = 0;
    await passed(50);
    expect(calls).toEqual([]);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it("can be ended by a signal that is not Node's own, and what is not a signal is refused", async () => {
    const { engine } = stage();
    const target = new EventTarget();
    const signal = Object.assign(target, { aborted: false });
    const { running } = subscriber(engine, { signal: signal as unknown as AbortSignal });
    await passed(20);
    signal.aborted = true;
    target.dispatchEvent(new Event("abort"));
    await running;
    for (const wrong of [{ aborted: false }, { aborted: false, addEventListener: true }, "stop"]) {
      expect(() => engine.subscribe({ signal: wrong as never })).toThrow(
        expect.objectContaining({ code: "invalid_input" }),
      );
    }
  });
});
