import { setImmediate } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { type Around, keyText, type Surroundings, type Transition } from "@slotwright/core/adapter";
import { ofTransitions } from "./column-mutants.ts";
import { type Mutant, withCalls } from "./mutant.ts";

/** Looks at something else than what it is asked for. */
const asking = (change: (around: Around) => Around): Mutant["breakIt"] =>
  withCalls((storage) => ({
    loadAround: (keys, arounds, call) => storage.loadAround(keys, arounds.map(change), call),
  }));

/** Tells something else than what lies there. */
const telling = (change: (place: Surroundings, around: Around) => Surroundings): Mutant["breakIt"] =>
  withCalls((storage) => ({
    loadAround: async (keys, arounds, call) => {
      const { records, around } = await storage.loadAround(keys, arounds, call);
      return { records, around: around.map((place, index) => change(place, arounds[index] as Around)) };
    },
  }));

/** The window, some milliseconds wider before and after it. */
const widened = (beforeMs: number, afterMs: number) =>
  asking((around) =>
    "slotId" in around
      ? { ...around, beforeMs: around.beforeMs + beforeMs, afterMs: around.afterMs + afterMs }
      : {
          ...around,
          from: new Date(around.from.getTime() - beforeMs),
          to: new Date(around.to.getTime() + afterMs),
        },
  );

const lowered = (name: "providerId" | "subjectId" | "slotId") =>
  asking((around) => {
    const id = (around as Partial<Record<typeof name, unknown>>)[name];
    return typeof id === "string" ? { ...around, [name]: id.toLowerCase() } : around;
  });

/** Without the agendas of some, which then stay as they are. */
const withoutAgendasOf = (of: string) =>
  ofTransitions((one) => ({
    ...one,
    put: one.put.filter(({ kind, id }) => kind !== "agenda" || !id.startsWith(`${of}:`)),
  }));

/** What lies around a place may be wrong in ways that no other list has, and what is decided on it is written by it. */
export const aroundMutants: readonly Mutant[] = [
  { key: "loadAround leaves out what ends right after from", breakIt: widened(-1, 0) },
  { key: "loadAround has what ends at from", breakIt: widened(1, 0) },
  { key: "loadAround leaves out what starts right before to", breakIt: widened(0, -1) },
  { key: "loadAround has what starts at to", breakIt: widened(0, 1) },
  { key: "loadAround looks around a lower case provider", breakIt: lowered("providerId") },
  { key: "loadAround looks around a lower case subject", breakIt: lowered("subjectId") },
  { key: "loadAround looks around a lower case slot", breakIt: lowered("slotId") },
  { key: "loadAround has nothing that is held", breakIt: slotsWhere(({ appointmentId }) => appointmentId !== null) },
  { key: "loadAround has nothing that is booked", breakIt: slotsWhere(({ appointmentId }) => appointmentId === null) },
  {
    key: "loadAround takes what is held for booked",
    breakIt: telling((place) => ({ ...place, slots: place.slots.map((slot) => ({ ...slot, heldUntil: null })) })),
  },
  {
    key: "loadAround has no requests that wait",
    breakIt: telling(({ appointments, ...place }) => {
      return { ...place, appointments: appointments.filter(({ status }) => status !== "scheduled") };
    }),
  },
  {
    key: "loadAround has requests that never expire",
    breakIt: telling(({ appointments, ...place }) => {
      return { ...place, appointments: appointments.map((one) => ({ ...one, request: null })) };
    }),
  },
  {
    key: "loadAround loses the last of each place",
    breakIt: telling(({ slots, appointments, ...place }) => {
      return { ...place, slots: slots.slice(0, -1), appointments: appointments.slice(0, -1) };
    }),
  },
  {
    key: "loadAround is in the reverse order",
    breakIt: telling(({ slots, appointments, ...place }) => {
      return { ...place, slots: slots.toReversed(), appointments: appointments.toReversed() };
    }),
  },
  {
    key: "loadAround answers the places in the reverse order",
    breakIt: withCalls((storage) => ({
      loadAround: async (keys, arounds, call) => {
        const { records, around } = await storage.loadAround(keys, arounds, call);
        return { records, around: around.toReversed() };
      },
    })),
  },
  {
    key: "loadAround answers the keys in the reverse order",
    breakIt: withCalls((storage) => ({
      loadAround: async (keys, arounds, call) => {
        const { records, around } = await storage.loadAround(keys, arounds, call);
        return { records: records.toReversed(), around };
      },
    })),
  },
  { key: "loadAround never says that there is more", breakIt: telling((place) => ({ ...place, isCut: false })) },
  {
    key: "loadAround has no agenda where there is none yet",
    breakIt: telling((place) => ({ ...place, agenda: place.agenda?.version === 0 ? undefined : place.agenda })),
  },
  {
    key: "loadAround has an agenda where there is no slot",
    breakIt: telling(({ agenda = { kind: "agenda", id: "provider:none", version: 0 }, ...place }) => {
      return { ...place, agenda };
    }),
  },
  {
    key: "loadAround reads agendas after their lists",
    breakIt: withCalls((storage) => ({
      loadAround: async (keys, arounds, call) => {
        const { around } = await storage.loadAround([], arounds, call);
        await setImmediate();
        const { records, around: later } = await storage.loadAround(keys, arounds, call);
        return { records, around: around.map((place, index) => ({ ...place, agenda: later[index]?.agenda })) };
      },
    })),
  },
  ...["provider", "subject", "holder"].map((of) => ({
    key: `commit does not write the agendas of ${of}s`,
    breakIt: withoutAgendasOf(of),
  })),
  {
    key: "commit writes agendas over whatever they are",
    breakIt: withCalls((storage) => ({
      commit: async (transitions, call) =>
        storage.commit(await Promise.all(transitions.map((one) => overAgendas(storage, one))), call),
    })),
  },
];

function slotsWhere(isThere: (slot: Surroundings["slots"][number]) => boolean): Mutant["breakIt"] {
  return telling((place) => ({ ...place, slots: place.slots.filter(isThere) }));
}

/** The transition with its agendas as they are stored now. */
async function overAgendas(storage: StorageAdapter<never>, one: Transition): Promise<Transition> {
  const agendas = one.put.filter(({ kind }) => kind === "agenda");
  const stored = await storage.load(agendas.map(({ id }) => ({ kind: "agenda", id }) as const));
  const versions = new Map(agendas.map((agenda, index) => [keyText(agenda), versionOf(stored[index])]));
  const now = (key: Parameters<typeof keyText>[0], version: number) => versions.get(keyText(key)) ?? version;
  return {
    ...one,
    expect: one.expect.map(({ key, version }) => ({ key, version: now(key, version) })),
    put: one.put.map((record) => (versions.has(keyText(record)) ? { ...record, version: now(record, 0) + 1 } : record)),
  };
}

const versionOf = (record: object | undefined): number => (record as { version?: number } | undefined)?.version ?? 0;
