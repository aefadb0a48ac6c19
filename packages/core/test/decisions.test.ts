import { anyIntent, ask, type Corruption, createRecorder, emptyWorld, type Intent } from "@slotwright/conformance";
import { openMemoryStore } from "@slotwright/conformance/fixtures";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Transition } from "../src/adapter/index.ts";
import {
  type Appointment,
  createEngine,
  isBookingError,
  type Slot,
  type SlotStatus,
  type StorageAdapter,
} from "../src/index.ts";
import { rules } from "../src/rules/index.ts";

type Corrupting = (slot: Slot, appointment: Appointment | undefined) => Corruption;

/** How rows go astray in life, so that there is something to repair. */
const corruptions: readonly Corrupting[] = [
  (slot) => ({ put: [{ ...slot, status: "booked" }] }),
  (slot) => ({ put: [{ ...slot, status: "held", hold: null }] }),
  (slot) => ({ put: [{ ...slot, appointmentId: null }] }),
  (slot, appointment) => ({ put: [{ ...slot, status: "booked", appointmentId: appointment?.id ?? "gone" }] }),
  (_, appointment) => ({ remove: appointment === undefined ? [] : [appointment] }),
  (_, appointment) => ({ put: appointment === undefined ? [] : [{ ...appointment, status: "cancelled" }] }),
  (_, appointment) => ({ put: appointment === undefined ? [] : [{ ...appointment, status: "no_show", slotIds: [] }] }),
];

type Expected = Transition["expect"][number];

/**
 * Slots that a decision rests on without writing them: who is in the way, as a publisher tells, and what is free to be asked for. A
 * cluster that certifies writes does not see them, so nothing that is stored may go wrong if they have changed.
 */
const lookedAt: Readonly<Record<string, readonly SlotStatus[]>> = {
  importBusy: ["booked", "held"],
  publishSlots: ["booked", "held"],
  request: ["available", "held"],
};

/**
 * What a transition breaks of the law that decisions rest only on what they write, each at its next version.
 * @param isLookedAt Whether this record may be an exception.
 */
function offences(
  { expect: expected, put, journal }: Transition,
  isLookedAt: (expected: Expected) => boolean,
): readonly string[] {
  const written = new Map(put.map(({ kind, id, version }) => [`${kind} ${id}`, version]));
  const entries = journal.map(({ recordKind, recordId, version }) => `${recordKind} ${recordId} ${version}`);
  const journaled = put
    .filter(({ kind }) => kind !== "schedule")
    .map(({ kind, id, version }) => `${kind} ${id} ${version}`);
  return [
    ...expected
      .filter((one) => written.get(`${one.key.kind} ${one.key.id}`) !== one.version + 1 && !isLookedAt(one))
      .map(({ key: { kind, id }, version }) => `expects ${kind} ${id} at ${version}, and does not write it`),
    ...(JSON.stringify(entries.sort()) === JSON.stringify(journaled.sort())
      ? []
      : [`${journaled} but the journal has ${entries}`]),
  ];
}

const fixed = { slot: 0, appointment: 0, start: 20, length: 4, capacity: 1, key: null } as const;

/** An accept and an offer that is declined, which succeed rarely where all is chosen at random. */
const accepting: readonly Intent[] = [
  { ...fixed, name: "bookTime" },
  { ...fixed, name: "createSlots" },
  { ...fixed, name: "accept" },
  { ...fixed, name: "createSlots", start: 40 },
  { ...fixed, name: "requestTime" },
  { ...fixed, name: "offer", slot: 1, appointment: 1 },
  { ...fixed, name: "declineOffer", appointment: 1 },
  { ...fixed, name: "hold", slot: 1 },
  { ...fixed, name: "breakHold", slot: 1 },
];

interface Astray {
  readonly corrupt: Corrupting;
  readonly slot: number;
  readonly appointment: number;
}

const anyAstray: fc.Arbitrary<Astray> = fc.record({
  corrupt: fc.constantFrom(...corruptions),
  slot: fc.nat(20),
  appointment: fc.nat(20),
});
const anyStep = fc.oneof({ weight: 8, arbitrary: anyIntent }, { weight: 1, arbitrary: anyAstray });

type Store = Awaited<ReturnType<typeof openMemoryStore>>;

type Show = (transition: Transition, name: string, isLookedAt: (expected: Expected) => boolean) => void;

/** The store with each of its transitions shown before it is committed. */
function showing({ storage }: Store, show: Show): StorageAdapter {
  return {
    ...storage,
    commit: async (transitions, ...more) => {
      for (const one of transitions) {
        const name = one.journal[0]?.command ?? "none";
        const keys = one.expect.map(({ key }) => key);
        const statuses = lookedAt[name] ?? [];
        const rows = (await storage.load(keys)).filter((row) => row?.kind === "slot" && statuses.includes(row.status));
        const ids = new Set(rows.map((row) => row?.id));
        show(one, name, ({ key }) => ids.has(key.id));
      }
      return storage.commit(transitions, ...more);
    },
  } as StorageAdapter;
}

async function corrupt({ storage, corrupt: put }: Store, step: Astray): Promise<void> {
  const slots = await storage.findSlots({ asOf: new Date(0), limit: 99 });
  const appointments = await storage.findAppointments({ limit: 99 });
  const slot = slots[step.slot % slots.length];
  if (slot !== undefined) await put(step.corrupt(slot, appointments[step.appointment % appointments.length]));
}

describe("a decision", () => {
  it("rests only on what it writes, and on slots that it tells of, whatever the command and the state of the rows", async () => {
    const seen = new Set<string>();
    let repairedAppointments = 0;
    const property = fc.asyncProperty(fc.array(anyStep, { minLength: 40, maxLength: 60 }), async (steps) => {
      const store = await openMemoryStore();
      const found: string[] = [];
      const storage = showing(store, (transition, name, isLookedAt) => {
        seen.add(name);
        found.push(...offences(transition, isLookedAt).map((offence) => `${name} ${offence}`));
        if (name === "repair" && transition.put.some(({ kind }) => kind === "appointment")) repairedAppointments += 1;
      });
      const engine = createEngine({ storage });
      const asking = createRecorder().by("one", engine);
      const by = { actor: { kind: "k", id: "i" }, providerId: "p", facilityId: "f" };
      const hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday" as const], from: "09:00", to: "12:00" }] };
      const [from, until] = [new Date(), new Date(Date.now() + 8 * 86_400_000)];
      for (const weekly of [hours.weekly, []]) {
        await engine.setAvailability({ ...by, hours: { ...hours, weekly } });
        await engine.publishSlots({ ...by, until });
        const intervals = weekly.length === 0 ? [] : [{ start: from, end: until }];
        await engine.importBusy({ ...by, source: "elsewhere", from, until, intervals });
      }
      const world = emptyWorld();
      for (const step of [...accepting, ...steps]) {
        await ("name" in step ? ask(step, asking, world).catch(onlyRefusals) : corrupt(store, step));
      }
      await engine.reconcile({ actor: { kind: "operator", id: "o" } });
      expect(found).toEqual([]);
    });
    await fc.assert(property, { numRuns: 400 });
    expect([...seen].sort()).toEqual(Object.keys(rules).sort());
    expect(repairedAppointments).toBeGreaterThan(10);
  });
});

function onlyRefusals(error: unknown): void {
  if (!isBookingError(error)) throw error;
}
