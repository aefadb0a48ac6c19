import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  type AccessRequest,
  createEngine,
  type JournalEntry,
  type Shown,
  type StorageAdapter,
  type SubscribeInput,
} from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, failWith, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

type Part = { readonly entries: readonly Shown<JournalEntry>[]; readonly cursor: string };

/** Patients see bookings of their own, and nothing else that is new. */
function authorize(request: AccessRequest): string | undefined {
  if (request.action !== "changes" || request.actor.kind !== "patient") return undefined;
  const { record } = request;
  return record.kind === "appointment" && record.subjectId === request.actor.id ? undefined : "It is not yours.";
}

function stage(options: { readonly isAuthorized?: boolean } = {}) {
  const { storage, calls, hindrances } = hindered(memoryAdapter());
  const engine = createEngine({ storage, retry: { budgetMs: 0 }, ...(options.isAuthorized && { authorize }) });
  return { engine, calls, hindrances };
}

function follow(engine: { subscribe(input: SubscribeInput): AsyncIterable<Part> }, input: SubscribeInput) {
  const leaving = new AbortController();
  const parts: { readonly at: number; readonly part: Part }[] = [];
  const running = (async () => {
    for await (const part of engine.subscribe({ pollMs: 10, signal: leaving.signal, ...input })) {
      parts.push({ at: performance.now(), part });
    }
  })();
  running.catch(() => {});
  const entries = () => parts.flatMap(({ part }) => part.entries);
  const leave = () => {
    leaving.abort();
    return running;
  };
  return { parts, entries, leave };
}

const names = (entries: readonly Shown<JournalEntry>[]) =>
  entries.map(({ recordId, version }) => `${recordId} ${version}`);

describe("subscribers who gather", () => {
  it("get the first news at once, what follows in few parts at the same moments, and miss nothing", async () => {
    const { engine } = stage();
    const readers = Array.from({ length: 20 }, () => follow(engine, { after: "end", gatherMs: 300 }));
    const plain = follow(engine, { after: "end" });
    await passed(150);
    const began = performance.now();
    for (let at = 0; at < 60; at++) {
      await engine.createSlots({ actor, ...place, slots: [slotAt(at * 30)] });
      await passed(15);
    }
    await until(() => [plain, ...readers].every(({ entries }) => entries().length === 60));
    const took = performance.now() - began;
    const expected = names(plain.entries());
    for (const { entries, parts } of readers) {
      expect(names(entries())).toEqual(expected);
      expect((parts[0]?.at ?? 0) - began).toBeLessThan(250);
      expect(parts.length).toBeLessThanOrEqual(Math.ceil(took / 300) + 1);
    }
    expect(plain.parts.length).toBeGreaterThan(8);
    // The very same arrays and cursors: they were made once.
    for (const { parts } of readers) {
      for (const [index, { part }] of parts.entries()) {
        expect(part.cursor).toBe(readers[0]?.parts[index]?.part.cursor);
        expect(part.entries).toBe(readers[0]?.parts[index]?.part.entries);
      }
    }
    await Promise.all([plain, ...readers].map(({ leave }) => leave()));
  });

  it.each(["that is alone with its engine", "after the feed was reset"] as const)(
    "get the first news after a quiet time at once: one %s",
    async (which) => {
      const storage = memoryAdapter();
      let isReset = false;
      const resetOnce: StorageAdapter = {
        ...storage,
        readFeed: (query, call) => {
          if (!isReset) return storage.readFeed(query, call);
          isReset = false;
          return Promise.resolve({ status: "reset" });
        },
      };
      const engine = createEngine({ storage: resetOnce });
      const reader = follow(engine, { after: "end", gatherMs: 1_000 });
      await passed(100);
      if (which === "after the feed was reset") {
        await engine.createSlots({ actor, ...place, slots: [slotAt(-30)] });
        await passed(1_200);
        isReset = true;
        await until(() => !isReset);
        await passed(50);
      }
      const before = reader.entries().length;
      await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
      const committed = performance.now();
      await until(() => reader.entries().length > before);
      expect(performance.now() - committed).toBeLessThan(500);
      // What follows is gathered.
      await engine.createSlots({ actor, ...place, slots: [slotAt(30)] });
      await passed(200);
      expect(reader.entries().length).toBe(before + 1);
      await reader.leave();
    },
  );

  it("do not keep the process alive once the last of them has left", async () => {
    const program = `
      import { createEngine } from "@slotwright/core";
      import { memoryAdapter } from "@slotwright/core/memory";
      const engine = createEngine({ storage: memoryAdapter() });
      const publish = (hour) => engine.createSlots({
        actor: { kind: "test", id: "t" },
        providerId: "p",
        facilityId: "f",
        slots: [{ start: \`2027-03-01T\${hour}:00:00Z\`, end: \`2027-03-01T\${hour}:30:00Z\` }],
      });
      await publish(10);
      const leaving = new AbortController();
      const parts = engine.subscribe({ gatherMs: 10_000, pollMs: 20, signal: leaving.signal })[Symbol.asyncIterator]();
      await parts.next();
      const waiting = parts.next();
      for (const hour of [11, 12]) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await publish(hour);
      }
      await waiting;
      const never = parts.next();
      await new Promise((resolve) => setTimeout(resolve, 100));
      leaving.abort();
      await never;
      const ended = performance.now();
      process.on("exit", () => console.log(performance.now() - ended));`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(Number(stdout)).toBeLessThan(2_000);
  });

  it("go on from any cursor that they were given, alone or together", async () => {
    const { engine } = stage();
    const first = follow(engine, { gatherMs: 20 });
    for (let at = 0; at < 30; at++) {
      await engine.createSlots({ actor, ...place, slots: [slotAt(at * 30)] });
      await passed(3);
    }
    await until(() => first.entries().length === 30);
    const all = names(first.entries());
    let given = 0;
    for (const { part } of first.parts) {
      given += part.entries.length;
      const again = follow(engine, { after: part.cursor, gatherMs: 20 });
      await until(() => again.entries().length === all.length - given);
      expect(names(again.entries())).toEqual(all.slice(given));
      await again.leave();
    }
    await first.leave();
  });

  it("get the entries of their providers in the order of the feed, and those of what leaves a provider", async () => {
    const { engine } = stage();
    const mine = follow(engine, { gatherMs: 20, providerIds: ["b", "a"] });
    const one = follow(engine, { gatherMs: 20, providerIds: ["a"], facilityId: "f" });
    const all = follow(engine, { gatherMs: 20 });
    for (const [at, providerId] of ["a", "b", "c", "a", "b"].entries()) {
      await engine.createSlots({ actor, providerId, facilityId: "f", slots: [slotAt(at * 30)] });
    }
    await until(() => all.entries().length === 5);
    const of = (ids: readonly string[]) =>
      all.entries().filter(({ providerIds }) => ids.includes(providerIds[0] ?? ""));
    await until(() => mine.entries().length === 4 && one.entries().length === 2);
    expect(names(mine.entries())).toEqual(names(of(["a", "b"])));
    expect(names(one.entries())).toEqual(names(of(["a"])));
    await Promise.all([mine, one, all].map(({ leave }) => leave()));
  });
});

describe("the records that news name", () => {
  it("are read once for all who may be shown them, and each is shown their own", async () => {
    const { engine, calls } = stage({ isAuthorized: true });
    const slots = Array.from({ length: 30 }, (_, index) => slotAt(index * 30));
    const created = await engine.createSlots({ actor, ...place, slots });
    const patients = created.slots.map((_, index) => `p-${index}`);
    const followers = patients.map((id) => follow(engine.as({ kind: "patient", id }), { after: "end", gatherMs: 50 }));
    await passed(100);
    calls.length = 0;
    const bookings = created.slots.map((slot, index) => {
      const subjectId = patients[index] ?? "";
      return engine.book({ actor, slotId: slot.id, subjectId });
    });
    const booked = await Promise.all(bookings);
    await until(() => followers.every(({ entries }) => entries().length === 1));
    for (const [index, { entries }] of followers.entries()) {
      expect(entries()[0]?.recordId).toBe(booked[index]?.appointment.id);
    }
    const loads = calls.filter((name) => name === "load").length;
    const parts = Math.max(...followers.map(({ parts }) => parts.length));
    // A booking of a slot that is remembered reads nothing. So all of these are for the followers: one for each part.
    expect(loads).toBeLessThanOrEqual(parts + 1);
    await Promise.all(followers.map(({ leave }) => leave()));
  });

  it("are asked for again after a read of them has failed, for all", async () => {
    const { engine, hindrances } = stage({ isAuthorized: true });
    const { slots } = await engine.createSlots({ actor, ...place, slots: [slotAt(0)] });
    const followers = Array.from({ length: 5 }, () =>
      follow(engine.as({ kind: "patient", id: "ada" }), { after: "end", gatherMs: 20 }),
    );
    await passed(50);
    let failed = 0;
    await engine.book({ actor, slotId: slots[0]?.id ?? "", subjectId: "ada" }).finally(() => {
      hindrances.load = async () => {
        failed += 1;
        if (failed === 1) await failWith("unavailable");
      };
    });
    await until(() => followers.every(({ entries }) => entries().length === 1));
    expect(failed).toBe(2);
    await Promise.all(followers.map(({ leave }) => leave()));
  });
});
