import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine, isBookingError } from "@slotwright/core";
import {
  auditStore,
  booking,
  creation,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/core/conformance";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

interface Report {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly won: readonly string[];
}

const run = promisify(execFile);
const actor = { kind: "provider", id: "dr" };
const place = { providerId: "dr", facilityId: "f" };
const start = Date.UTC(2026, 2, 2, 8);
const quarter = (index: number) => ({
  start: new Date(start + index * 900_000),
  end: new Date(start + (index + 1) * 900_000),
});

describeOnServer("races", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
  });
  afterEach(async () => {
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  /** Two pools: callers take them in turn. */
  const engines = () => [createEngine({ storage: store.storage }), createEngine({ storage: store.second })] as const;

  async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const outcome of await Promise.allSettled(calls)) {
      const { reason } = outcome as { readonly reason?: unknown };
      const name = outcome.status === "fulfilled" ? "ok" : isBookingError(reason) ? reason.code : String(reason);
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  it("64 callers on one slot give one booking and 63 times slot_booked", async () => {
    const pair = engines();
    const { slots } = await pair[0].createSlots({ actor, ...place, slots: [quarter(0)] });
    const slotId = slots[0]?.id ?? "";
    const calls = Array.from({ length: 64 }, (_, n) =>
      pair[n % 2 === 0 ? 0 : 1].book({ actor, slotId, subjectId: `${n}` }),
    );
    expect(await tally(calls)).toEqual({ ok: 1, slot_booked: 63 });
  });

  it("64 callers on 63 seats leave exactly one without", async () => {
    const pair = engines();
    await pair[0].createSlots({ actor, ...place, slots: [{ ...quarter(0), capacity: 63 }] });
    const want = { actor, ...place, ...quarter(0) };
    const calls = Array.from({ length: 64 }, (_, n) => pair[n % 2 === 0 ? 0 : 1].book({ ...want, subjectId: `${n}` }));
    expect(await tally(calls)).toEqual({ ok: 63, no_slot_available: 1 });
  });

  it.each(["a new schedule", "one with slots already"])(
    "creators of overlapping slots on %s have one winner",
    async (on) => {
      const pair = engines();
      if (on !== "a new schedule") await pair[0].createSlots({ actor, ...place, slots: [quarter(-1)] });
      // Connected, both of them, or one would be done before the other begins.
      await Promise.all(pair.map((engine) => engine.listSlots({ limit: 1 })));
      const calls = Array.from({ length: 16 }, (_, n) => {
        const at = { start: new Date(start + n * 60_000), end: new Date(start + n * 60_000 + 1_800_000) };
        return pair[n % 2 === 0 ? 0 : 1].createSlots({ actor, ...place, slots: [at] });
      });
      expect(await tally(calls)).toEqual({ ok: 1, slot_overlap: 15 });
    },
  );

  it("batches that lock the same rows in opposite orders never deadlock", async () => {
    const slots = Array.from({ length: 20 }, (_, n) => slotAt(n * 30));
    await store.storage.commit([creation(...slots)]);
    const before = await deadlocks();
    for (let round = 0; round < 20; round++) {
      const free = slots.map((slot) => ({ ...slot, version: round + 2, metadata: { round } }));
      const batch = (name: string) => free.map((slot) => transitionOf(`${name} ${round} ${slot.id}`, slot));
      const all = await Promise.all([
        store.storage.commit(batch("a")),
        store.second.commit(batch("b").reverse()),
        store.storage.commit(batch("c").reverse()),
      ]);
      const statuses = all.flat().map(({ status }) => status);
      expect(statuses.filter((status) => status === "committed")).toHaveLength(20);
      expect(statuses.filter((status) => status === "stale")).toHaveLength(40);
    }
    expect(await deadlocks()).toBe(before);
  });

  it("one command from two connections takes effect once, even where it expects nothing that tells", async () => {
    const fresh = (n: number) => ({ ...schedule, id: `schedule-${n}` });
    for (let round = 0; round < 20; round++) {
      // The same command, on other records: only its id can tell.
      const [one, two] = await Promise.all([
        store.storage.commit([
          transitionOf(`c ${round}`, fresh(round)),
          transitionOf(`x ${round}`, fresh(round + 200)),
        ]),
        store.second.commit([
          transitionOf(`y ${round}`, fresh(round + 300)),
          transitionOf(`c ${round}`, fresh(round + 100)),
        ]),
      ]);
      expect([one[0]?.status, two[1]?.status].sort()).toEqual(["committed", "replayed"]);
      expect([one[1]?.status, two[0]?.status]).toEqual(["committed", "committed"]);
    }
  });

  it("a batch with refused, stale and replayed transitions among new ones commits just those", async () => {
    const slots = Array.from({ length: 6 }, (_, n) => slotAt(n * 30));
    await store.storage.commit([creation(...slots)]);
    const [a, b, c, d, e] = slots.map((slot) => booking(slot)) as [
      ReturnType<typeof booking>,
      ...ReturnType<typeof booking>[],
    ];
    await store.storage.commit([c as typeof a]);
    const refused = booking(slots[4] as (typeof slots)[0], { slotIds: ["gone"] });
    const outcomes = await store.storage.commit([
      a,
      b as typeof a,
      c as typeof a,
      refused,
      booking(slotAt(999)),
      d as typeof a,
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "committed",
      "committed",
      "replayed",
      "refused",
      "stale",
      "committed",
    ]);
    expect(await store.second.commit([e as typeof a])).toEqual([{ status: "committed" }]);
  });

  it("two processes with 32 callers each share 30 slots, and never one slot twice", async () => {
    const engine = createEngine({ storage: store.storage });
    const created = await engine.createSlots({
      actor,
      ...place,
      slots: Array.from({ length: 30 }, (_, n) => quarter(n)),
    });
    const slotIds = created.slots.map(({ id }) => id);
    const script = join(import.meta.dirname, "booking-process.ts");
    const startAt = String(Date.now() + 1_500);
    const processes = ["a", "b"].map(async (name) => {
      const { stdout } = await run(process.execPath, [script, url(), store.schema, startAt, name, "32", ...slotIds]);
      return JSON.parse(stdout) as Report;
    });
    const reports = await Promise.all(processes);
    // 20 slots are kept by whoever gets them; of each of the other 10 all give up what they got.
    const won = reports.flatMap((report) => report.won);
    expect(won.length).toBe(20);
    const codes = new Set(reports.flatMap(({ outcomes }) => Object.keys(outcomes)));
    expect([...codes].sort()).toEqual(["ok", "slot_booked"]);
    const { items } = await engine.listAppointments({ statuses: ["confirmed"], limit: 500 });
    expect(items.map(({ id }) => id).sort()).toEqual([...won].sort());
  });

  async function deadlocks(): Promise<number> {
    const { rows } = await store.pool.query(
      "select deadlocks::int from pg_stat_database where datname = current_database()",
    );
    return rows[0].deadlocks;
  }
});
