import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";
import { appointmentOn, bookedBy, booking, creation, schedule, slotAt, transitionOf } from "./records.ts";

describeOnServer("commit", (url) => {
  let store: PostgresStore;
  const first = slotAt(0);
  const next = slotAt(30);

  beforeEach(async () => {
    store = await openPostgresStore(url());
    expect(await store.storage.commit([creation(first, next)])).toEqual([{ status: "committed" }]);
  });
  afterEach(() => store.close());

  const status = async (id: string) => {
    const [slot] = await store.second.load([{ kind: "slot", id }]);
    return slot?.kind === "slot" ? slot.status : undefined;
  };

  it("writes slot, appointment, journal and command together, visible to other connections", async () => {
    const transition = booking(first);
    expect(await store.storage.commit([transition])).toEqual([{ status: "committed" }]);
    const [appointment, slot] = transition.put;
    expect(
      await store.second.load([
        { kind: "slot", id: first.id },
        { kind: "slot", id: "unknown" },
        { kind: "command", id: transition.command.id },
        { kind: "appointment", id: appointment?.id ?? "" },
        { kind: "schedule", id: schedule.id },
        { kind: "slot", id: next.id },
      ]),
    ).toEqual([slot, undefined, { kind: "command", ...transition.command }, appointment, schedule, next]);
    expect(await store.second.readJournal({ recordId: first.id, limit: 10 })).toEqual([
      creation(first).journal[0],
      transition.journal[1],
    ]);
    expect(await store.second.readJournal({ recordId: first.id, afterVersion: 1, limit: 10 })).toHaveLength(1);
  });

  it("gives one of two connections that expect the same version the commit, and the other all stale keys", async () => {
    await store.storage.commit([booking(first)]);
    const other = appointmentOn(first, { id: "other" });
    const late = transitionOf("late", other, bookedBy(first, other), bookedBy(next, other));
    const schedules = { key: { kind: "schedule", id: schedule.id }, version: 7 } as const;
    expect(await store.second.commit([{ ...late, expect: [...late.expect, schedules] }])).toEqual([
      {
        status: "stale",
        keys: [
          { kind: "slot", id: first.id },
          { kind: "schedule", id: schedule.id },
        ],
      },
    ]);
    expect(await store.storage.load([{ kind: "appointment", id: "other" }])).toEqual([undefined]);
  });

  it("is stale where something exists that must not", async () => {
    expect(await store.storage.commit([transitionOf("again", first)])).toEqual([
      { status: "stale", keys: [{ kind: "slot", id: first.id }] },
    ]);
  });

  it("is stale, too, where a record is put that was not expected", async () => {
    const appointment = appointmentOn(first);
    const transition = transitionOf("blind", appointment, { ...bookedBy(first, appointment), version: 5 });
    expect(await store.storage.commit([{ ...transition, expect: [] }])).toEqual([
      { status: "stale", keys: [{ kind: "slot", id: first.id }] },
    ]);
    expect(await store.storage.load([{ kind: "appointment", id: appointment.id }])).toEqual([undefined]);
  });

  it("undoes what a stale transition of a batch has written before it turned out stale", async () => {
    const appointment = appointmentOn(first);
    const blind = transitionOf("blind", appointment, { ...bookedBy(first, appointment), version: 5 });
    const outcomes = await store.storage.commit([{ ...blind, expect: [] }, booking(next)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["stale", "committed"]);
    expect(await store.second.load([{ kind: "appointment", id: appointment.id }])).toEqual([undefined]);
  });

  it("replays a command that took effect, with its stored request and result", async () => {
    await store.storage.commit([booking(first)]);
    const repeated = booking(first);
    const other = { ...repeated, command: { ...repeated.command, requestHash: "other", result: 1 } };
    expect(await store.second.commit([other])).toEqual([
      { status: "replayed", requestHash: repeated.command.requestHash, result: repeated.command.result },
    ]);
  });

  it("names the guard that refused, and writes nothing of that transition", async () => {
    const transition = booking(first, { slotIds: [next.id] });
    expect(await store.storage.commit([transition])).toEqual([{ status: "refused", guard: "appointment_fits_slot" }]);
    expect(await store.storage.load([{ kind: "command", id: transition.command.id }])).toEqual([undefined]);
    expect(await status(first.id)).toBe("available");
    expect(await store.second.commit([booking(first)])).toEqual([{ status: "committed" }]);
  });

  it("commits the neighbours of transitions that are refused, stale or replayed", async () => {
    const more = [60, 90, 120].map((minutes) => slotAt(minutes));
    await store.storage.commit([transitionOf("more", { ...schedule, version: 2 }, ...more)]);
    await store.storage.commit([booking(next)]);
    const [a, b, c] = more.map((slot) => booking(slot)) as [
      ReturnType<typeof booking>,
      ReturnType<typeof booking>,
      ReturnType<typeof booking>,
    ];
    const refused = {
      ...b,
      put: b.put.map((record) => ({ ...record, version: 1, createdAt: first.createdAt, id: record.id })),
    };
    const outcomes = await store.storage.commit([
      a,
      booking(first, { slotIds: ["slot-30"] }),
      booking(next),
      { ...refused, expect: [{ key: { kind: "slot", id: first.id }, version: 9 }] },
      c,
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      "committed",
      "refused",
      "replayed",
      "stale",
      "committed",
    ]);
    expect(await Promise.all(["slot-60", "slot-0", "slot-90", "slot-120"].map(status))).toEqual([
      "booked",
      "available",
      "available",
      "booked",
    ]);
  });

  it("moves an appointment to another slot in one commit", async () => {
    const appointment = appointmentOn(first);
    await store.storage.commit([booking(first)]);
    const moved = { ...appointment, start: next.start, end: next.end, slotIds: [next.id], version: 2 };
    const outcome = await store.storage.commit([
      transitionOf("move", bookedBy(next, moved), moved, { ...first, version: 3 }),
    ]);
    expect(outcome).toEqual([{ status: "committed" }]);
    expect(await Promise.all([first.id, next.id].map(status))).toEqual(["available", "booked"]);
    expect(await store.storage.load([{ kind: "appointment", id: appointment.id }])).toEqual([moved]);
  });

  it("moves a slot that is changed in all its fields", async () => {
    const changed = {
      ...slotAt(300, { id: first.id, seat: 3, metadata: { room: "ü" }, version: 2 }),
      hold: { tokenHash: "h", expiresAt: next.end },
      status: "held",
    } as const;
    expect(await store.storage.commit([transitionOf("move slot", changed)])).toEqual([{ status: "committed" }]);
    expect(await store.second.load([{ kind: "slot", id: first.id }])).toEqual([changed]);
  });

  it("answers an empty batch, and empty loads, without a write", async () => {
    expect(await store.storage.commit([])).toEqual([]);
    expect(await store.storage.load([])).toEqual([]);
  });
});
