import { fork } from "node:child_process";
import { BookingError, createEngine } from "@slotwright/core";
import { auditStore, creation, slotAt, transitionOf } from "@slotwright/core/conformance";
import { createPool } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const provider = { kind: "provider", id: "p" };
const patient = { kind: "patient", id: "s" };
const place = { providerId: "p", facilityId: "f" };
const from = Date.UTC(2026, 2, 2, 9);
const minutes = (count: number) => new Date(from + count * 60_000);
const halfHour = (index: number) => ({ start: minutes(index * 30), end: minutes(index * 30 + 30) });

/** How often each outcome occurred. */
async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(calls)) {
    const reason = outcome.status === "rejected" ? outcome.reason : undefined;
    const name = reason === undefined ? "ok" : reason instanceof BookingError ? reason.code : String(reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describeOnEachServer("under load", (server) => {
  let store: MysqlStore;

  beforeEach(async () => {
    store = await openMysqlStore(server);
  });
  afterEach(async () => {
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  const engines = () => [createEngine({ storage: store.storage }), createEngine({ storage: store.second })] as const;
  const publish = async (capacity = 1, count = 1, providerId = "p") =>
    (
      await engines()[0].createSlots({
        actor: provider,
        ...place,
        providerId,
        slots: times(count, (index) => ({ ...halfHour(index), capacity })),
      })
    ).slots;

  it("64 callers on one slot give one booking", async () => {
    const [slot] = await publish();
    const pair = engines();
    const calls = times(64, (index) =>
      pair[index % 2 === 0 ? 0 : 1].book({ actor: patient, subjectId: `s-${index}`, slotId: slot?.id ?? "" }),
    );
    expect(await tally(calls)).toEqual({ ok: 1, slot_booked: 63 });
  });

  it("64 callers for 63 seats leave one without", async () => {
    await publish(63);
    const pair = engines();
    const calls = times(64, (index) =>
      pair[index % 2 === 0 ? 0 : 1].book({ actor: patient, subjectId: `s-${index}`, ...place, ...halfHour(0) }),
    );
    expect(await tally(calls)).toEqual({ ok: 63, no_slot_available: 1 });
  });

  it("batches that lock the same rows in opposite orders never deadlock", async () => {
    const slots = times(20, (index) => slotAt(index * 30));
    await store.storage.commit([creation(...slots)]);
    for (let round = 0; round < 20; round++) {
      const batch = (name: string) =>
        slots.map((slot) => {
          const changed = { ...slot, version: round + 2, metadata: { round } };
          return transitionOf(`${name} ${round} ${slot.id}`, changed);
        });
      // A deadlock would reject: nothing here tries again.
      const all = await Promise.all([
        store.storage.commit(batch("a")),
        store.second.commit(batch("b").reverse()),
        store.storage.commit(batch("c").reverse()),
      ]);
      const statuses = all.flat().map(({ status }) => status);
      expect(statuses.filter((status) => status === "committed")).toHaveLength(20);
      expect(statuses.filter((status) => status === "stale")).toHaveLength(40);
    }
  });

  it("slots taken in opposite orders have one winner a pair", async () => {
    const ours = await publish(1, 8);
    const rooms = await publish(1, 8, "room");
    const pair = engines();
    const calls = times(64, (index) => {
      const [slotId, also] = [ours[index % 8]?.id ?? "", rooms[index % 8]?.id ?? ""];
      const order = index % 2 === 0 ? { slotId, alsoSlotIds: [also] } : { slotId: also, alsoSlotIds: [slotId] };
      return pair[index % 3 === 0 ? 0 : 1].book({ actor: patient, subjectId: `s-${index}`, ...order });
    });
    expect(await tally(calls)).toEqual({ ok: 8, slot_booked: 56 });
  });

  it.each(["a new schedule", "one with slots already"])(
    "of creators with overlapping slots on %s one wins",
    async (on) => {
      const pair = engines();
      const before = [{ start: minutes(-30), end: minutes(0) }];
      if (on !== "a new schedule") await pair[0].createSlots({ actor: provider, ...place, slots: before });
      const calls = times(16, (index) =>
        pair[index % 2 === 0 ? 0 : 1].createSlots({
          actor: provider,
          ...place,
          slots: [{ start: minutes(index), end: minutes(index + 30) }],
        }),
      );
      expect(await tally(calls)).toEqual({ ok: 1, slot_overlap: 15 });
    },
  );

  it("a pool of one connection serves 64 callers", async () => {
    const slots = await publish(1, 64);
    const pool = createPool({ uri: store.url, connectionLimit: 1 });
    const engine = createEngine({ storage: mysqlAdapter({ pool }) });
    const calls = slots.map(({ id }) => engine.book({ actor: patient, subjectId: "s", slotId: id }));
    expect(await tally(calls)).toEqual({ ok: 64 });
    await pool.end();
  });

  it("two processes with 32 callers each share 30 slots, and never one slot twice", async () => {
    const slots = await publish(1, 30);
    const startAt = String(Date.now() + 1500);
    const reports = await Promise.all(
      ["a", "b"].map((name) => bookingProcess([store.url, startAt, name, "32", ...slots.map(({ id }) => id)])),
    );
    // 20 slots are kept by whoever gets them; of each of the other 10 all give up what they got.
    const won = reports.flatMap((report) => report.won);
    expect(won.length).toBe(20);
    const codes = new Set(reports.flatMap(({ outcomes }) => Object.keys(outcomes)));
    expect([...codes].sort()).toEqual(["ok", "slot_booked"]);
    const { items } = await engines()[0].listAppointments({ statuses: ["confirmed"], limit: 500 });
    expect(items.map(({ id }) => id).sort()).toEqual([...won].sort());
  });
});

interface Report {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly won: readonly string[];
}

function bookingProcess(args: readonly string[]): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("./booking-process.ts", import.meta.url), [...args]);
    child.on("message", (message) => resolve(message as Report));
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The process ended with ${code}.`)));
  });
}
