import { describe, expect, it } from "vitest";
import { createEngine, createRelay, type Engine, type JournalEntry } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, caughtUpWith, minutes, passed, place, slotAt, until } from "./feed-stage.ts";

type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What a program without types may do to what it was given. */
const harm: Readonly<Record<string, (entry: Changeable<JournalEntry>) => void>> = {
  "moves its time": ({ at }) => void at.setHours(0, 0, 0, 0),
  "gives it another record": (entry) => {
    entry.recordId = "another";
  },
  "gives it another version": (entry) => {
    entry.version += 100;
  },
  "empties its changes": ({ changes }) => {
    for (const name of Object.keys(changes)) delete (changes as Record<string, unknown>)[name];
  },
};

const attempted = (work: () => void): void => {
  try {
    work();
  } catch {}
};

interface Reader {
  readonly seen: readonly (readonly [recordId: string, version: number])[];
  readonly cursors: readonly string[];
  readonly leave: () => void;
}

function reader(engine: Engine, does: (entries: readonly JournalEntry[]) => void = () => {}): Reader {
  const leaving = new AbortController();
  const seen: [string, number][] = [];
  const cursors: string[] = [];
  void (async () => {
    for await (const { entries, cursor } of engine.subscribe({ pollMs: 10, signal: leaving.signal })) {
      seen.push(...entries.map(({ recordId, version }): [string, number] => [recordId, version]));
      cursors.push(cursor);
      does(entries);
    }
  })();
  return { seen, cursors, leave: () => leaving.abort() };
}

describe.each(Object.entries(harm))("a subscriber or a handler that %s, harms nobody else", (_, change) => {
  it("be it another subscriber, a relay or live slots", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const live = await engine.follow({ from: minutes(-60), to: minutes(600), pollMs: 10 });
    const harmful = reader(engine, (entries) => {
      attempted(() => (entries as JournalEntry[]).shift());
      for (const entry of entries) attempted(() => change(entry as Changeable<JournalEntry>));
    });
    const other = reader(engine);
    const handed: string[] = [];
    const relays = ["harmful", "other"].map((name) => {
      const handle = async (entry: JournalEntry) => {
        if (name === "other") handed.push(`${entry.recordId} ${entry.version}`);
        else change(entry as Changeable<JournalEntry>);
      };
      return createRelay({ engine, name, from: "beginning", pollMs: 10, leaseSeconds: 1, handle });
    });
    const stopping = new AbortController();
    const running = relays.map((relay) => relay.run({ signal: stopping.signal }));

    const slots = [0, 30, 60].map(slotAt);
    const made = (await engine.createSlots({ actor, ...place, slots })).slots.map(({ id }) => id);
    for (const slotId of made.slice(1)) await engine.book({ actor, slotId, subjectId: "s" });

    const { entries } = await engine.changes({});
    const wanted = entries.map(({ recordId, version }) => [recordId, version]);
    await until(() => other.seen.length === wanted.length && handed.length === wanted.length);
    expect(other.seen.toSorted()).toEqual(wanted.toSorted());
    expect(handed.toSorted()).toEqual(entries.map(({ recordId, version }) => `${recordId} ${version}`).toSorted());
    for (const cursor of [...other.cursors, ...harmful.cursors]) await engine.changes({ after: cursor });
    await caughtUpWith(engine, live);
    expect(live.findOpen().items.map(({ slotId }) => slotId)).toEqual([made[0]]);
    for (const relay of relays) while ((await relay.status()).behind !== 0) await passed(10);
    stopping.abort();
    await Promise.all(running);
    harmful.leave();
    other.leave();
    live.close();
  });
});

it("what a subscriber is given cannot be changed, except for its dates, which nothing can freeze", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
  for await (const { entries } of engine.subscribe()) {
    const [entry] = entries;
    expect(Object.isFrozen(entries)).toBe(true);
    expect(Object.isFrozen(entry)).toBe(true);
    expect(Object.isFrozen(entry?.changes.status)).toBe(true);
    expect(Object.isFrozen(entry?.providerIds)).toBe(true);
    break;
  }
});
