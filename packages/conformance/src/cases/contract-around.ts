import assert from "node:assert/strict";
import type { Appointment, Slot } from "@slotwright/core";
import {
  type Around,
  agendaIdOf,
  limits,
  type StorageAdapter,
  type Surroundings,
  subjectAppointmentOf,
  takenSlotOf,
} from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import {
  agendaAt,
  appointmentOn,
  sampleInstant as at,
  bookedBy,
  creation,
  sampleSchedule,
  scheduleKey,
  slotAt,
  slotKey,
  transitionOf,
} from "../records.ts";

const minute = 60_000;
const agendaless = (of: "provider" | "subject", id: string) => agendaAt(0, agendaIdOf(of, id));
const ofProvider = (from: number, to: number, providerId = sampleSchedule.providerId): Around => {
  return { of: "provider", providerId, from: at(from), to: at(to) };
};
const ofSubject = (from: number, to: number, subjectId = "subject-1"): Around => {
  return { of: "subject", subjectId, from: at(from), to: at(to) };
};
const near = (slotId: string, before = 0, after = 0) => {
  return { slotId, beforeMs: before * minute, afterMs: after * minute };
};

const takenAt = (minutes: number, changes: Partial<Slot> = {}) => {
  const free = slotAt(minutes, changes);
  const appointment = appointmentOn(free, { subjectId: "somebody" });
  return { free, appointment, booked: bookedBy(free, appointment) };
};

/** A free slot as a hold leaves it. */
const heldAt = (free: Slot, expires: number): Slot => {
  const hold = { tokenHash: "h".repeat(64), expiresAt: at(expires), holderId: null };
  return { ...free, version: 2, status: "held", hold };
};

async function book(storage: StorageAdapter, ...taken: readonly ReturnType<typeof takenAt>[]): Promise<void> {
  const outcomes = await storage.commit(
    taken.map(({ appointment, booked }) => transitionOf(`book ${booked.id}`, appointment, booked)),
  );
  assert.ok(outcomes.every(({ status }) => status === "committed"));
}

async function lookAt(storage: StorageAdapter, ...places: readonly Around[]): Promise<readonly Surroundings[]> {
  const { records, around } = await storage.loadAround([], places);
  assert.deepEqual(records, []);
  return around;
}

const idsOf = ({ slots, appointments }: Surroundings): readonly string[] =>
  [...slots, ...appointments].map(({ id }) => id);

async function idsAt(storage: StorageAdapter, place: Around): Promise<readonly string[]> {
  return (await lookAt(storage, place)).flatMap(idsOf);
}

/** An appointment of the subject that has never owned a slot, or no longer does. */
const asked = (minutes: number, changes: Partial<Appointment> = {}): Appointment =>
  appointmentOn(slotAt(minutes), { id: `asked-${minutes}`, status: "scheduled", slotIds: [], ...changes });

export const contractAroundCases: readonly ConformanceCase[] = [
  {
    key: "contract.around-provider",
    title: "loadAround returns what is booked or held of a provider, and nothing that is free, blocked or of others",
    async run({ storage, second }) {
      const [booked, elsewhere, foreign] = [
        takenAt(30),
        takenAt(60, { facilityId: "facility-2" }),
        takenAt(30, { id: "foreign", providerId: "provider-2", seat: 1 }),
      ];
      const held = slotAt(0);
      const blocked = slotAt(90);
      await storage.commit([creation(booked.free, elsewhere.free, foreign.free, held, blocked, slotAt(120))]);
      await book(storage, elsewhere, booked, foreign);
      const over = heldAt(held, -500);
      await storage.commit([
        transitionOf("hold", over),
        transitionOf("block", { ...blocked, version: 2, status: "blocked" }),
      ]);
      const slots = [over, booked.booked, elsewhere.booked].map(takenSlotOf);
      const expected = { agenda: agendaless("provider", "provider-1"), slots, appointments: [], isCut: false };
      assert.deepEqual(await lookAt(second, ofProvider(-60, 600)), [expected]);
      assert.deepEqual(await lookAt(second, { of: "provider", ...near("slot-60", 90, 90) }), [expected]);
      assert.deepEqual([slots[0]?.heldUntil, slots[0]?.appointmentId], [at(-500), null]);
      assert.deepEqual([slots[1]?.heldUntil, slots[1]?.appointmentId], [null, booked.appointment.id]);
    },
  },
  {
    key: "contract.around-subject",
    title: "loadAround returns a subject's appointments with anybody, and none that is cancelled or of others",
    async run({ storage, second }) {
      const own = takenAt(30);
      const mine = { ...own.appointment, subjectId: "subject-1" };
      await storage.commit([creation(own.free, slotAt(600))]);
      await storage.commit([transitionOf("book", mine, own.booked)]);
      const wish = { slotId: "slot-600", start: at(600), end: at(630) };
      const offer = { ...wish, expiresAt: at(-10) };
      const request = { wishes: [wish], heldUntil: null, expiresAt: at(-20), offer };
      const others = [
        asked(0, { providerId: "provider-2", providerIds: ["provider-2"], request }),
        asked(60, { status: "no_show" }),
        asked(90, { status: "cancelled" }),
        asked(30, { id: "foreign", subjectId: "subject-2" }),
      ];
      await storage.commit(others.map((one) => transitionOf(`ask ${one.id}`, one)));
      const appointments = [others[0], mine, others[1]].map((one) => subjectAppointmentOf(one as Appointment));
      const expected = { agenda: agendaless("subject", "subject-1"), slots: [], appointments, isCut: false };
      assert.deepEqual(await lookAt(second, ofSubject(0, 600)), [expected]);
      const place: Around = { of: "subject", subjectId: "subject-1", ...near("slot-600", 600) };
      assert.deepEqual(await lookAt(second, place), [expected]);
      assert.deepEqual(
        expected.appointments.map((one) => one.request),
        [request, null, null],
      );
    },
  },
  {
    key: "contract.around-edges",
    title: "a place is half-open: what ends where it begins, or begins where it ends, lies outside",
    async run({ storage }) {
      const taken = [takenAt(0), takenAt(60), takenAt(120)];
      await storage.commit([creation(...taken.map(({ free }) => free), slotAt(30), slotAt(90))]);
      await book(storage, ...taken);
      assert.deepEqual(await idsAt(storage, ofProvider(30, 60)), []);
      assert.deepEqual(await idsAt(storage, { of: "provider", ...near("slot-30") }), []);
      const edge = (from: number, to: number, ms: number): Around => {
        return {
          of: "provider",
          providerId: "provider-1",
          from: new Date(at(from).getTime() - ms),
          to: new Date(at(to).getTime() + ms),
        };
      };
      assert.deepEqual(await idsAt(storage, edge(30, 60, 1)), ["slot-0", "slot-60"]);
      assert.deepEqual(await idsAt(storage, edge(30, 60, -1)), []);
      const wider = { of: "provider", slotId: "slot-30", beforeMs: 1, afterMs: 0 } as const;
      assert.deepEqual(await idsAt(storage, wider), ["slot-0"]);
      assert.deepEqual(await idsAt(storage, { ...wider, beforeMs: 0, afterMs: 1 }), ["slot-60"]);
      assert.deepEqual(await idsAt(storage, { of: "provider", ...near("slot-60") }), ["slot-60"]);
      assert.deepEqual(await idsAt(storage, ofProvider(70, 71)), ["slot-60"]);
      assert.deepEqual(await idsAt(storage, { of: "subject", subjectId: "somebody", ...near("slot-90", 1, 1) }), [
        "appointment-of-slot-60",
        "appointment-of-slot-120",
      ]);
      assert.deepEqual(await idsAt(storage, ofSubject(30, 60, "somebody")), []);
      assert.deepEqual(await idsAt(storage, ofSubject(29, 61, "somebody")), [
        "appointment-of-slot-0",
        "appointment-of-slot-60",
      ]);
    },
  },
  {
    key: "contract.around-longest",
    title: "the longest slot, and the longest appointment, are seen as long as they last",
    async run({ storage }) {
      const longest = { start: at(0), end: new Date(at(0).getTime() + limits.slotMs) };
      const taken = takenAt(0, longest);
      await storage.commit([creation(taken.free)]);
      await book(storage, taken);
      await storage.commit([transitionOf("ask", asked(0, { ...longest, subjectId: "somebody", id: "asked" }))]);
      const last = limits.slotMs / minute - 1;
      assert.deepEqual(await idsAt(storage, ofProvider(last, last + 90)), ["slot-0"]);
      assert.deepEqual(await idsAt(storage, ofProvider(last + 1, last + 90)), []);
      const both = ["appointment-of-slot-0", "asked"];
      assert.deepEqual(await idsAt(storage, ofSubject(last, last + 90, "somebody")), both);
      assert.deepEqual(await idsAt(storage, ofSubject(last + 1, last + 90, "somebody")), []);
    },
  },
  {
    key: "contract.around-order",
    title: "slots and appointments come in the order of (start, id), with ids by code points",
    async run({ storage }) {
      const ids = ["b", "\u{1f9b7}", "a", "\uffee", "B"];
      const inOrder = ["B", "a", "b", "\uffee", "\u{1f9b7}"];
      const taken = [
        takenAt(60, { id: "last" }),
        ...ids.map((id, seat) => takenAt(30, { id, seat })),
        takenAt(0, { id: "z" }),
      ].map((one) => ({ ...one, appointment: { ...one.appointment, id: one.free.id } }));
      const booked = taken.map((one) => ({ ...one, booked: bookedBy(one.free, one.appointment) }));
      await storage.commit([creation(...booked.map(({ free }) => free))]);
      await book(storage, ...booked);
      assert.deepEqual(await idsAt(storage, ofProvider(0, 90)), ["z", ...inOrder, "last"]);
      assert.deepEqual(await idsAt(storage, ofSubject(0, 90, "somebody")), ["z", ...inOrder, "last"]);
    },
  },
  {
    key: "contract.around-agenda",
    title: "with each place comes its agenda: at version 0 until there is one, and none near an unknown slot",
    async run({ storage, second }) {
      await storage.commit([creation(slotAt(0))]);
      const theirs = agendaAt(1, agendaIdOf("subject", "subject-1"));
      await storage.commit([transitionOf("make", agendaAt(1), theirs)]);
      await storage.commit([transitionOf("raise", agendaAt(2))]);
      const places: readonly Around[] = [
        ofProvider(0, 30),
        { of: "provider", ...near("slot-0") },
        ofProvider(0, 30, "subject-1"),
        ofSubject(0, 30),
        { of: "subject", subjectId: "subject-1", ...near("slot-0") },
        ofSubject(0, 30, "provider-1"),
        { of: "provider", ...near("none") },
        { of: "subject", subjectId: "subject-1", ...near("none", 9_000, 9_000) },
      ];
      const agendas = (await lookAt(second, ...places)).map(({ agenda }) => agenda);
      const [raised, unknown] = [agendaAt(2), agendaless("provider", "subject-1")];
      const known = [raised, raised, unknown, theirs, theirs, agendaless("subject", "provider-1")];
      assert.deepEqual(agendas, [...known, undefined, undefined]);
      assert.deepEqual(await idsAt(second, { of: "provider", ...near("none", 9_000, 9_000) }), []);
    },
  },
  {
    key: "contract.around-many",
    title: "loadAround returns records and places in the order in which they are asked for, up to the most places",
    async run({ storage }) {
      const taken = Array.from({ length: 12 }, (_, index) => takenAt(index * 30));
      await storage.commit([creation(...taken.map(({ free }) => free))]);
      await book(storage, ...taken);
      const keys = [slotKey("slot-30"), slotKey("none"), scheduleKey, slotKey("slot-30")];
      const places = Array.from({ length: limits.placesAround }, (_, index): Around => {
        const from = (index % 12) * 30;
        const slotId = `slot-${from}`;
        if (index % 4 === 0) return ofProvider(from, from + 30);
        if (index % 4 === 1) return { of: "provider", ...near(slotId) };
        if (index % 4 === 2) return ofSubject(from, from + 30, "somebody");
        return { of: "subject", subjectId: "somebody", ...near(slotId) };
      });
      const { records, around } = await storage.loadAround(keys, places);
      assert.deepEqual(records, [taken[1]?.booked, undefined, sampleSchedule, taken[1]?.booked]);
      const expected = places.map(({ of }, index) => {
        const { booked, appointment } = taken[index % 12] as ReturnType<typeof takenAt>;
        return [of === "provider" ? booked.id : appointment.id];
      });
      assert.deepEqual(around.map(idsOf), expected);
      assert.deepEqual(await storage.loadAround([], []), { records: [], around: [] });
      assert.deepEqual((await storage.loadAround(keys, [])).records, records);
    },
  },
  {
    key: "contract.around-cut",
    title: "a list of more than the most rows is cut and says so, and the others are whole",
    async run({ storage }) {
      const most = limits.rowsAround;
      const appointments = Array.from({ length: most + 1 }, (_, index) => asked(index));
      const held = Array.from({ length: most + 1 }, (_, seat) => slotAt(0, { id: `seat-${1e6 + seat}`, seat }));
      const outcomes = [
        ...(await storage.commit([
          creation(...held),
          ...appointments.map((one) => transitionOf(`ask ${one.id}`, one)),
        ])),
        ...(await storage.commit([transitionOf("hold", ...held.map((slot) => heldAt(slot, 99)))])),
      ];
      assert.ok(outcomes.every(({ status }) => status === "committed"));
      const places = [ofSubject(0, 9_999), ofSubject(30, 9_999), ofProvider(0, 30), ofProvider(30, 60)];
      const found = await lookAt(storage, ...places);
      const cut = (ids: readonly string[]) => [ids.slice(0, most), true];
      assert.deepEqual(
        found.map((one) => [idsOf(one), one.isCut]),
        [
          cut(appointments.map(({ id }) => id)),
          [appointments.slice(1).map(({ id }) => id), false],
          cut(held.map(({ id }) => id)),
          [[], false],
        ],
      );
    },
  },
  {
    key: "contract.around-any-text",
    title: "providers, subjects and slots may have any ids: the longest, and such as differ in case or spaces",
    async run({ storage }) {
      const longest = `${"p".repeat(limits.idLength - 3)}\u00e4' `;
      const ids = [longest, longest.toUpperCase(), `${longest.trimEnd()}_`, "%", 'a"b\\', "{x,y}", "null", "\u{1f9b7}"];
      const taken = ids.map((id, index) => takenAt(index * 30, { id, providerId: id }));
      const own = taken.map((one, index) => {
        const appointment = { ...one.appointment, subjectId: ids[index] as string, id: ids[index] as string };
        return { ...one, appointment, booked: bookedBy(one.free, appointment) };
      });
      await storage.commit([creation(...own.map(({ free }) => free))]);
      // Their commands need ids of their own, which are as long as theirs at most.
      const bookings = own.map(({ appointment, booked }, index) => transitionOf(`book ${index}`, appointment, booked));
      await storage.commit(bookings);
      const agendas = ids.flatMap((id) => [
        agendaAt(1, agendaIdOf("provider", id)),
        agendaAt(1, agendaIdOf("subject", id)),
      ]);
      await storage.commit([transitionOf("agendas", ...agendas)]);
      const places = ids.flatMap((id): Around[] => [
        ofProvider(0, 900, id),
        ofSubject(0, 900, id),
        { of: "provider", ...near(id, 900, 900) },
        { of: "subject", subjectId: id, ...near(id, 900, 900) },
      ]);
      const found = await lookAt(storage, ...places);
      const expected = ids.flatMap((id) => [id, id, id, id].map((one) => [one]));
      assert.deepEqual(found.map(idsOf), expected);
      const owners = ids.flatMap((id) =>
        ["provider", "subject", "provider", "subject"].map((of) => agendaIdOf(of as never, id)),
      );
      assert.deepEqual(
        found.map(({ agenda }) => [agenda?.id, agenda?.version]),
        owners.map((id) => [id, 1]),
      );
    },
  },
];
