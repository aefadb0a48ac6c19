import { createEngine, type StorageAdapter } from "@slotwright/core";
import { audit } from "@slotwright/lab/audit";
import { loadEngine, type Row } from "@slotwright/lab/engines";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it, onTestFinished } from "vitest";
import { patients } from "../../people.ts";
import { instantAt, slotsOn } from "../../server/seed/days.ts";
import { schedules } from "../../server/seed/hours.ts";
import { type Seeded, seed } from "../../server/seed/seed.ts";
import { visitsOn } from "../../server/seed/visits.ts";

const dayOf = (text: string) => Temporal.PlainDate.from(text);
const wednesday = Temporal.Instant.from("2027-02-03T12:00:00Z");
const week = dayOf("2027-02-01");

interface Clinic {
  readonly storage: StorageAdapter<never>;
  readonly fill: (from: Temporal.PlainDate, now?: Temporal.Instant) => Promise<Seeded>;
  readonly rows: (sql: string) => Promise<readonly Row[]>;
  /** Broken invariants. That nobody was told of the seed is no fault: there are no callers. */
  readonly broken: () => Promise<readonly string[]>;
}

async function newClinic(): Promise<Clinic> {
  const sqlite = await loadEngine("sqlite");
  const database = await sqlite.createDatabase(new AbortController().signal);
  const storage = sqlite.openStorage(database.address);
  await storage.migrate();
  const connection = await sqlite.connect(database.address);
  onTestFinished(async () => {
    await connection.close();
    await storage.close();
    await database.end({ keep: false });
  });
  return {
    storage,
    fill: (from, now = wednesday) => seed(storage, { from, now }),
    rows: (sql) => connection.query(sql),
    async broken() {
      const { findings, file } = await audit(connection, sqlite.dialect, []);
      return [
        ...findings.filter(({ invariant }) => invariant !== 7).map(({ finding }) => finding),
        ...(file ?? []),
      ].map(String);
    },
  };
}

const everything =
  "SELECT id, version, status FROM slotwright_slots UNION ALL SELECT id, version, status FROM slotwright_appointments ORDER BY 1";
const lastEntry = "SELECT count(*) AS entries, max(seq) AS last FROM slotwright_journal";

async function counted(clinic: Clinic, table: "slots" | "appointments"): Promise<Readonly<Record<string, number>>> {
  const rows = await clinic.rows(`SELECT status, count(*) AS n FROM slotwright_${table} GROUP BY status`);
  return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]));
}

describe("the clinic's seed", () => {
  it("is a believable clinic in which every invariant holds", async () => {
    const clinic = await newClinic();
    expect(await clinic.fill(week)).toMatchObject({ refused: 0 });
    expect(await clinic.broken()).toEqual([]);
    const slots = await counted(clinic, "slots");
    const { booked = 0, available = 0, blocked = 0, ...others } = slots;
    expect(others).toEqual({});
    expect(booked / (booked + available)).toBeGreaterThan(0.4);
    expect(booked / (booked + available)).toBeLessThan(0.6);
    expect(blocked).toBeGreaterThan(30);
    const appointments = await counted(clinic, "appointments");
    expect(Object.keys(appointments).toSorted()).toEqual([
      "cancelled",
      "checked_in",
      "completed",
      "confirmed",
      "no_show",
      "scheduled",
    ]);
    expect(appointments.scheduled).toBeGreaterThan(5);
    const subjects = await clinic.rows("SELECT DISTINCT subject_id FROM slotwright_appointments");
    expect(subjects).toHaveLength(patients.length);
    const groups = await clinic.rows("SELECT DISTINCT seat FROM slotwright_slots WHERE seat > 0");
    expect(groups).toHaveLength(7);
  });

  it("changes nothing a second time, and is the same in another clinic", async () => {
    const [clinic, other] = [await newClinic(), await newClinic()];
    const first = await clinic.fill(week);
    const [records, journal] = [await clinic.rows(everything), await clinic.rows(lastEntry)];
    expect(await clinic.fill(week)).toEqual(first);
    expect(await clinic.fill(dayOf("2027-02-07"))).toEqual(first);
    expect([await clinic.rows(everything), await clinic.rows(lastEntry)]).toEqual([records, journal]);
    await other.fill(week);
    const plan = `SELECT provider_id, start_at, seat, status FROM slotwright_slots ORDER BY 1, facility_id, 2, 3`;
    const agreed = `SELECT subject_id, provider_id, start_at, status, metadata FROM slotwright_appointments ORDER BY 1, 3`;
    for (const sql of [plan, agreed]) expect(await other.rows(sql)).toEqual(await clinic.rows(sql));
  });

  it("adds in a later week what lacks, and lets come to pass what was to come", async () => {
    const clinic = await newClinic();
    await clinic.fill(week);
    const before = await counted(clinic, "appointments");
    const [slots] = await clinic.rows("SELECT count(*) AS n, max(start_at) AS last FROM slotwright_slots");
    const later = wednesday.add({ hours: 7 * 24 });
    expect(await clinic.fill(week.add({ weeks: 1 }), later)).toMatchObject({ refused: 0 });
    const after = await counted(clinic, "appointments");
    const [more] = await clinic.rows("SELECT count(*) AS n, max(start_at) AS last FROM slotwright_slots");
    expect(Number(more?.last)).toBeGreaterThan(Number(slots?.last) + 5 * 86_400_000);
    expect(Number(more?.n)).toBeGreaterThan(Number(slots?.n) + 100);
    expect(after.completed).toBeGreaterThan((before.completed ?? 0) + 20);
    expect(await clinic.broken()).toEqual([]);
  });

  it("leaves alone what visitors have changed, and says how much that was", async () => {
    const clinic = await newClinic();
    await clinic.fill(week);
    const engine = createEngine({ storage: clinic.storage });
    const actor = { kind: "provider", id: "dr-osei" };
    const confirmed = await engine.listAppointments({ statuses: ["confirmed"], providerIds: ["dr-osei"], limit: 30 });
    const later = wednesday.add({ hours: 30 * 24 });
    for (const { id } of confirmed.items) await engine.checkIn({ actor, appointmentId: id });
    const { refused } = await clinic.fill(week, later);
    expect(refused).toBeGreaterThanOrEqual(30);
    const { items } = await engine.listAppointments({ statuses: ["checked_in"], providerIds: ["dr-osei"] });
    expect(items.length).toBeGreaterThan(0);
    expect(await clinic.broken()).toEqual([]);
  });

  it("says in the journal when everything happened, and nothing later than now", async () => {
    const clinic = await newClinic();
    await clinic.fill(week);
    const late = `SELECT count(*) AS n FROM slotwright_journal WHERE at > ${wednesday.epochMilliseconds}`;
    expect(await clinic.rows(late)).toEqual([{ n: 0 }]);
    const wrong = `SELECT count(*) AS n FROM slotwright_journal AS j JOIN slotwright_appointments AS a ON a.id = j.record_id
      WHERE j.command IN ('complete', 'markNoShow') AND j.at < a.end_at`;
    expect(await clinic.rows(wrong)).toEqual([{ n: 0 }]);
  });
});

describe("a week in which the clocks change", () => {
  const night = (date: string) => {
    const [lab] = schedules.filter(({ providerId }) => providerId === "sleep-lab");
    if (lab === undefined) throw new Error("There is no sleep laboratory.");
    return slotsOn(lab, dayOf(date)).map(({ start, end }) => [start.toString(), start.until(end).total("hours")]);
  };

  it("keeps the hours of the clocks: the night is an hour shorter in spring, and longer in autumn", () => {
    expect(night("2027-03-20").map(([, hours]) => hours)).toEqual([3, 5]);
    expect(night("2027-03-27")).toEqual([
      ["2027-03-27T21:00:00Z", 3],
      ["2027-03-28T00:00:00Z", 4],
    ]);
    expect(night("2027-10-30")).toEqual([
      ["2027-10-30T20:00:00Z", 3],
      ["2027-10-30T23:00:00Z", 6],
    ]);
  });

  it.each(["2027-03-22", "2027-10-25"])("is filled like any other from %s on", async (from) => {
    const clinic = await newClinic();
    expect(await clinic.fill(dayOf(from))).toMatchObject({ refused: 0 });
    expect(await clinic.broken()).toEqual([]);
    const rows = await clinic.rows("SELECT start_at FROM slotwright_slots WHERE provider_id = 'dr-osei'");
    const hours = rows.map(({ start_at }) =>
      Temporal.Instant.fromEpochMilliseconds(Number(start_at)).toZonedDateTimeISO("Europe/Berlin"),
    );
    expect(Math.min(...hours.map(({ hour }) => hour))).toBe(8);
    expect(Math.max(...hours.map(({ hour }) => hour))).toBe(16);
  });

  it("has no time that the clocks skip or show twice", () => {
    expect(() => instantAt(dayOf("2027-03-28"), "02:30", "Europe/Berlin")).toThrow(RangeError);
    expect(() => instantAt(dayOf("2027-10-30"), "26:30", "Europe/Berlin")).toThrow(RangeError);
  });
});

describe("the plan", () => {
  const days = Array.from({ length: 365 }, (_, index) => week.add({ days: index }));

  it("sends no patient to two places on one day, in a whole year", () => {
    for (const day of days) {
      const people = visitsOn(day).flatMap(({ patientId, waits }) => [
        patientId,
        ...(waits === undefined ? [] : [waits]),
      ]);
      expect(new Set(people).size).toBe(people.length);
    }
  });

  it("has lunch, holidays and days of training on which nobody can book", () => {
    const reasons = new Set(days.flatMap((day) => schedules.flatMap((one) => slotsOn(one, day).map((s) => s.blocked))));
    for (const reason of ["Lunch", "Training", "Republic Day", "Christmas", undefined]) {
      expect(reasons).toContain(reason);
    }
  });

  it("has more than five who wait in every three weeks", () => {
    for (let at = 0; at < 48; at++) {
      const monday = week.add({ weeks: at });
      const waiting = [0, 1, 2].flatMap((more) =>
        Array.from({ length: 7 }, (_, d) => visitsOn(monday.add({ weeks: more, days: d }))).flat(),
      );
      expect(waiting.filter(({ waits, slot }) => waits !== undefined && slot.seats === 1).length).toBeGreaterThan(5);
    }
  });
});
