import { AsyncLocalStorage } from "node:async_hooks";
import { auditStore } from "@slotwright/conformance";
import { patient, publish, tally } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { StorageError, type Transition } from "../src/adapter/index.ts";
import {
  createEngine,
  type Engine,
  maximumPerDay,
  noOverlapOfSubject,
  type Policy,
  type Slot,
  type StorageAdapter,
} from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

/** A storage that answers later, as a database does, and counts what it was asked. */
function stage(policies: readonly Policy[], change: (storage: StorageAdapter) => StorageAdapter = (one) => one) {
  const memory = memoryAdapter({ database: createMemoryDatabase() });
  const sent = { reads: [] as number[], commits: [] as Transition[][] };
  const later = <T>(answer: Promise<T>) => new Promise<T>((done) => setTimeout(() => done(answer), 1));
  const storage: StorageAdapter = {
    ...memory,
    loadAround(keys, around, call) {
      sent.reads.push(around.length);
      return later(memory.loadAround(keys, around, call));
    },
    commit(transitions, call) {
      sent.commits.push([...transitions]);
      return later(memory.commit(transitions, call));
    },
  };
  const plain = createEngine({ storage: memory });
  return { memory, sent, plain, engine: createEngine({ storage: change(storage), policies }) };
}

/** The engine has agreed on its settings, and remembers nothing. */
async function published({ plain, engine }: { readonly plain: Engine; readonly engine: Engine }, count: number) {
  const slots = await publish(plain, count);
  await engine.block({ actor: patient, slotId: slots[count - 1]?.id ?? "" });
  return slots.slice(0, -1);
}

const bookAll = (engine: Engine, slots: readonly Slot[]) =>
  slots.map(({ id }, index) => engine.book({ actor: patient, slotId: id, subjectId: `p-${index}` }));

const sizes = (commits: readonly (readonly Transition[])[]) => commits.map(({ length }) => length);

describe("commands that rest on one agenda", () => {
  it("go together, and those that read before the first of them was committed read once", async () => {
    const on = stage([maximumPerDay({ count: 100 })]);
    const slots = await published(on, 65);
    on.sent.commits.length = 0;
    expect(await tally(bookAll(on.engine, slots))).toEqual({ ok: 64 });
    expect(on.sent.reads).toEqual([32, 32]);
    expect(sizes(on.sent.commits)).toEqual([32, 32]);
    const restsOn = on.sent.commits.map((batch) => batch.map((one) => one.restsOn?.length ?? 0));
    expect(restsOn).toEqual([0, 1].map(() => [0, ...Array<number>(31).fill(1)]));
    expect(await auditStore(on.memory)).toEqual([]);
  });

  it("are decided again, or a cap would let all of them in", async () => {
    const cap = maximumPerDay({ count: 2 });
    // As an engine would that decides those of a batch without those before them.
    const answers = new Map<string, ReturnType<Policy["check"]>>();
    const stubborn: Policy = {
      ...cap,
      check(proposal) {
        const [subject] = proposal.appointments.map(({ subjectId }) => subjectId);
        if (!answers.has(subject ?? "")) answers.set(subject ?? "", cap.check(proposal));
        return answers.get(subject ?? "");
      },
    };
    for (const [policy, outcome] of [
      [cap, { ok: 2, policy_violation: 6 }],
      [stubborn, { ok: 8 }],
    ] as const) {
      const on = stage([policy]);
      expect(await tally(bookAll(on.engine, await published(on, 9)))).toEqual(outcome);
    }
  });

  it("go on alone where their batch fails, and count for one another all the same", async () => {
    let failures = 0;
    const on = stage([maximumPerDay({ count: 5 })], (storage) =>
      failingStorage(storage, (method, call) => {
        if (method !== "commit" || call === 1 || call > 4) return undefined;
        failures += 1;
        return { before: new StorageError("transient", "deadlock") };
      }),
    );
    const slots = await published(on, 9);
    expect(await tally(bookAll(on.engine, slots))).toEqual({ ok: 5, policy_violation: 3 });
    expect(failures).toBeGreaterThan(0);
    expect(await auditStore(on.memory)).toEqual([]);
  });

  it("ask a policy in the context of the caller whose command it is", async () => {
    const tenant = new AsyncLocalStorage<string>();
    const seen: (readonly [subject: string, tenant: string | undefined])[] = [];
    const noting: Policy = {
      name: "noting",
      sees: { provider: { beforeMinutes: 60, afterMinutes: 60 } },
      check({ appointments: [wanted] }) {
        seen.push([wanted?.subjectId ?? "", tenant.getStore()]);
        return undefined;
      },
    };
    const on = stage([noting]);
    const slots = await published(on, 5);
    seen.length = 0;
    const callers = slots.map(({ id }, index) =>
      tenant.run(`p-${index}`, () => on.engine.book({ actor: patient, slotId: id, subjectId: `p-${index}` })),
    );
    expect(await tally(callers)).toEqual({ ok: 4 });
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.filter(([subject, whose]) => subject !== whose)).toEqual([]);
  });

  it("need turns where each command goes by itself", async () => {
    const memory = memoryAdapter({ database: createMemoryDatabase() });
    const slots = await publish(createEngine({ storage: memory }), 12);
    const engine = createEngine({
      storage: memory,
      policies: [maximumPerDay({ count: 7 })],
      coalesce: { batchSize: 1 },
    });
    expect(await tally(bookAll(engine, slots))).toEqual({ ok: 7, policy_violation: 5 });
  });
});

describe("what the engine knows of its own commits at an agenda", () => {
  const at = (providerId: string, hour: number) => ({
    providerId,
    facilityId: "f",
    start: new Date(Date.UTC(2027, 0, 4, hour)),
    end: new Date(Date.UTC(2027, 0, 4, hour, 30)),
  });

  /** A storage of which an earlier copy can take the place, as after a restore, and engines on both. */
  async function restorable(policies: readonly Policy[]) {
    const [lost, restored] = [memoryAdapter(), memoryAdapter()];
    let current: StorageAdapter = lost;
    let before: (() => Promise<unknown>) | undefined;
    const storage: StorageAdapter = {
      ...lost,
      load: (...given) => current.load(...given),
      loadAround: (...given) => current.loadAround(...given),
      findSlots: (...given) => current.findSlots(...given),
      async commit(...given) {
        const first = before;
        before = undefined;
        await first?.();
        return current.commit(...given);
      },
    };
    const engine = createEngine({ storage, policies, retry: { budgetMs: 2_000 } });
    const other = createEngine({ storage: restored, policies });
    for (const by of [engine, other]) {
      for (const providerId of ["p", "q"]) {
        const slots = [9, 10, 11].map((hour) => at(providerId, hour)).map(({ start, end }) => ({ start, end }));
        await by.createSlots({ actor: patient, providerId, facilityId: "f", slots });
      }
    }
    const restore = (between?: () => Promise<unknown>) => {
      [current, before] = [restored, between];
    };
    return { engine, other, restore };
  }

  it("does not count for those who read later: the database may have gone back, and be booked all the same", async () => {
    const { engine, restore } = await restorable([maximumPerDay({ count: 20 })]);
    await engine.book({ actor: patient, ...at("p", 9), subjectId: "lost" });
    restore();
    const { appointment } = await engine.book({ actor: patient, ...at("p", 10), subjectId: "u" });
    expect(appointment.status).toBe("confirmed");
  });

  it("and nobody takes somebody else's step for it", async () => {
    const { engine, other, restore } = await restorable([noOverlapOfSubject()]);
    await engine.book({ actor: patient, ...at("p", 9), subjectId: "u" });
    restore(() => other.book({ actor: patient, ...at("q", 11), subjectId: "u" }));
    await expect(engine.book({ actor: patient, ...at("p", 11), subjectId: "u" })).rejects.toMatchObject({
      code: "policy_violation",
    });
    expect((await other.listAppointments({ subjectId: "u" })).items).toHaveLength(1);
  });
});
