import { createReads } from "@slotwright/adapter-sql";
import {
  appointmentQueries,
  listPage,
  openQueries,
  providerIds,
  slotQueries,
} from "@slotwright/adapter-sql/conformance";
import {
  appointmentOn,
  bookedBy,
  booking,
  journalOf,
  sampleInstant,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { OpenQuery, SlotQuery } from "@slotwright/core/adapter";
import { type Connection, createConnection, createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { mysqlStrategy } from "../src/strategy.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";
import { rowsReadOn } from "./rows-read.ts";

describeOnEachServer("on filled tables", (server, engine) => {
  const reads = createReads(mysqlStrategy({ prefix: "slotwright_", database: undefined }, engine));
  let store: MysqlStore;
  let pool: Pool;
  let connection: Connection;

  beforeAll(async () => {
    store = await openMysqlStore(server);
    await fill(store);
    pool = createPool({ uri: store.url, connectionLimit: 1 });
    await pool.query(
      "analyze table slotwright_slots, slotwright_appointments, slotwright_journal, slotwright_schedules",
    );
    connection = await createConnection(store.url);
    await mysqlAdapter({ pool }).load([{ kind: "slot", id: "slot-0" }]);
  });
  afterAll(async () => {
    await connection.end();
    await pool.end();
    await store.close();
  });

  const rowsRead = (call: () => Promise<unknown>) => rowsReadOn(pool, call);
  const storage = () => mysqlAdapter({ pool });
  const warm = async (call: (one: ReturnType<typeof storage>) => Promise<unknown>) => {
    const one = storage();
    await call(one);
    return rowsRead(() => call(one));
  };

  it.each(Object.entries(slotQueries))(
    "%s are read in order from an index, up to the page's end",
    async (_t, query) => {
      await expectOrdered(reads.slots(query));
      const branches = query.providerIds?.length ?? 1;
      expect(await warm((one) => one.findSlots(query))).toBeLessThan(60 * branches);
    },
  );

  it.each(Object.entries(openQueries))("%s are read in order from an index", async (_t, query) => {
    await expectOrdered(reads.open(query));
    expect(await warm((one) => one.findOpen(query))).toBeLessThan(60 * (query.providerIds?.length ?? 1));
  });

  it("of a hundred providers in a short window, few rows are read beside a look for each", async () => {
    const hundred = openQueries["open slots of a hundred providers in a time"] as OpenQuery;
    // A look for each provider, and 30 slots. MySQL has a part for each, whose rows are read by what the index does not tell.
    const most = engine === "mariadb" ? 100 + 2 * 30 + 20 : 100 * 8;
    expect(await warm((one) => one.findOpen(hundred))).toBeLessThan(most);
  });

  it("MariaDB reads a window as a whole, but only for many providers, a week, and where most of it may be on the page", () => {
    const asked = { ...listPage, asOf: sampleInstant(0), providerIds: providerIds(9) };
    const days = (count: number) => ({ startFrom: sampleInstant(0), startBefore: sampleInstant(count * 1440) });
    const week = { ...asked, ...days(7) };
    const position = { start: sampleInstant(3 * 1440), id: "x" };
    const partsOf = (query: SlotQuery) => reads.slots(query)?.sql.split(" union all ").length;
    const asAWhole = [
      week,
      { ...asked, ...days(8), statuses: ["available", "held"] },
      { ...asked, ...days(10), after: position },
      { ...asked, ...days(10), after: { ...position, start: sampleInstant(8 * 1440) }, descending: true },
    ] as const;
    for (const query of asAWhole) expect(partsOf(query), JSON.stringify(query)).toBe(engine === "mariadb" ? 1 : 12);
    expect(partsOf({ ...week, providerIds: providerIds(8) })).toBe(8);
    const inParts = [
      { ...asked, ...days(9) },
      { ...asked, startFrom: sampleInstant(0) },
      { ...asked, startBefore: sampleInstant(0) },
      { ...asked, ...days(10), after: position, descending: true, startFrom: sampleInstant(-8 * 1440) },
      { ...week, statuses: ["booked"] },
      { ...week, facilityId: "facility-1" },
      { ...week, scheduleId: "schedule-1" },
    ] as const;
    for (const query of inParts) expect(partsOf(query), JSON.stringify(query)).toBe(12);
  });

  it("of a hundred providers a page reads no more than a share of each, and more only where one has most of it", async () => {
    const hundred = openQueries["open slots of a hundred providers from now on"];
    const few = await warm((one) => one.findOpen(hundred as OpenQuery));
    expect(few).toBeLessThan(100 * 8);
    const [busy] = providerIds(1);
    await crowd(store, busy ?? "");
    const found = await storage().findOpen(hundred as OpenQuery);
    expect(found.map(({ providerId }) => providerId)).toEqual(Array(10).fill(busy));
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `crowd-${index}`));
    // The shares, and then a page of each at most.
    expect(await warm((one) => one.findOpen(hundred as OpenQuery))).toBeLessThan(100 * 8 + 100 * 30);
  });

  it.each(Object.entries(appointmentQueries))("%s are read in order from an index", async (_t, query) => {
    await expectOrdered(reads.appointments(query));
    expect(await warm((one) => one.findAppointments(query))).toBeLessThan(60 * (query.providerIds?.length ?? 1));
  });

  it("records are found by their keys, and entries of the journal by record and version", async () => {
    const keys = [
      ...["slot-0", "slot-30", "none"].map((id) => ({ kind: "slot", id }) as const),
      { kind: "schedule", id: "schedule-1" },
      { kind: "command", id: "fill 3" },
      { kind: "appointment", id: "appointment-of-slot-90" },
    ] as const;
    expect(await warm((one) => one.load(keys))).toBeLessThan(60);
    expect(await warm((one) => journalOf(one, { record: { kind: "slot", id: "slot-90" }, limit: 10 }))).toBeLessThan(
      20,
    );
    const pages = [0, 30, 60, 90, 120].map((minutes) => ({
      record: { kind: "slot", id: `slot-${minutes}` } as const,
      limit: 10,
    }));
    expect(await warm((one) => one.readJournals({ pages }))).toBeLessThan(60);
  });

  it("what lies around is read from one index, between the ends of each place, near a slot or not", async () => {
    const hours = { beforeMs: 120 * 60_000, afterMs: 120 * 60_000 };
    const bounds = { from: sampleInstant(300), to: sampleInstant(600) };
    const places = [
      { of: "provider", slotId: "slot-90", ...hours },
      { of: "subject", subjectId: "subject-1", slotId: "slot-90", ...hours },
      { of: "provider", providerId: "provider-1", ...bounds },
      { of: "subject", subjectId: "subject-1", ...bounds },
    ] as const;
    for (const place of places) {
      const read = await warm((one) => one.loadAround([{ kind: "slot", id: "slot-90" }], [place]));
      expect(read, JSON.stringify(place)).toBeLessThan(80);
    }
    expect(await warm((one) => one.loadAround([{ kind: "slot", id: "slot-90" }], places))).toBeLessThan(200);
  });

  it("a booking, a move and a new slot read few rows, including guards", async () => {
    const [slot, other] = [slotAt(30, { providerId: "provider-1" }), slotAt(60, { providerId: "provider-2" })];
    const one = storage();
    await one.load([]);
    expect(await rowsRead(() => one.commit([booking(slot)]))).toBeLessThan(80);
    const appointment = appointmentOn(slot);
    const moved = { ...appointment, ...other, kind: "appointment", id: appointment.id } as const;
    const { metadata, createdAt, updatedAt } = appointment;
    const next = {
      ...appointment,
      providerId: moved.providerId,
      providerIds: [moved.providerId],
      start: other.start,
      end: other.end,
      slotIds: [other.id],
      version: 2,
    };
    expect(metadata !== undefined && createdAt === updatedAt).toBe(true);
    const move = transitionOf("move", { ...slot, version: 3 }, next, bookedBy(other, next));
    expect(
      await rowsRead(async () => expect(await one.commit([move])).toEqual([{ status: "committed" }])),
    ).toBeLessThan(120);
    const late = { ...schedule, version: 2 };
    const created = transitionOf("late", late, slotAt(-30, { id: "late" }));
    expect(
      await rowsRead(async () => expect(await one.commit([created])).toEqual([{ status: "committed" }])),
    ).toBeLessThan(60);
  });

  async function expectOrdered(read: ReturnType<typeof reads.slots>): Promise<void> {
    const { sql = "", parameters = [] } = read ?? {};
    const values = parameters.map((value) => (typeof value === "string" ? Buffer.from(value) : value));
    const explain = engine === "mysql" ? "explain format=traditional" : "explain";
    const [plan] = await connection.query<RowDataPacket[]>(`${explain} ${sql}`, values);
    for (const { table, type, key, Extra } of plan) {
      // A part for no provider, and sorting what the parts returned.
      if (table === null || /^(k|<.*>)$/.test(table)) continue;
      // The rows of a page of several providers are read by key.
      if (type === "eq_ref" && key === "PRIMARY") continue;
      expect(key, JSON.stringify(plan)).toMatch(/^slotwright_(slots|appointments|further_providers)_by_/);
      // Of a window that is read as a whole, the keys are sorted, and no rows.
      const isWindow = !sql.includes("union") && sql.includes(" in (");
      expect(String(Extra), JSON.stringify(plan)).not.toMatch(isWindow ? /temporary/ : /filesort|temporary/);
      if (isWindow) expect(String(Extra), JSON.stringify(plan)).toMatch(/Using index(;|$)/);
    }
  }
});

/** A provider's slots before all others' of the list, on a schedule of their own. */
async function crowd({ storage }: MysqlStore, providerId: string): Promise<void> {
  const own = { ...schedule, id: "crowd", providerId };
  const slots = Array.from({ length: 10 }, (_, index) => {
    const end = sampleInstant(2 * index + 2);
    return slotAt(0, {
      id: `crowd-${index}`,
      scheduleId: "crowd",
      providerId,
      start: sampleInstant(2 * index + 1),
      end,
    });
  });
  expect(await storage.commit([transitionOf("crowd", own, ...slots)])).toEqual([{ status: "committed" }]);
}

/** 3 000 slots of 100 providers on one schedule's seats, a third of them booked, each with a further provider. */
async function fill({ storage }: MysqlStore): Promise<void> {
  const slots = Array.from({ length: 3000 }, (_, index) =>
    slotAt(index * 30, { providerId: `provider-${index % 100}` }),
  );
  expect(await storage.commit([transitionOf("fill", schedule, ...slots)])).toEqual([{ status: "committed" }]);
  const bookings = slots
    .filter((_, index) => index % 3 === 0)
    .map((slot, index) => {
      const providerIds = [slot.providerId, `provider-${(index * 3 + 7) % 100}`];
      return booking(slot, { subjectId: `subject-${index % 50}`, providerIds });
    })
    .map((one, index) => ({ ...one, command: { ...one.command, id: `fill ${index}` } }));
  const outcomes = await storage.commit(bookings);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["committed"]));
}
