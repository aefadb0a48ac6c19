import {
  appointmentQueries,
  listPage,
  listPlace,
  openQueries,
  providerIds,
  slotQueries,
} from "@slotwright/adapter-sql/conformance";
import { sampleInstant as at, sampleNow as now } from "@slotwright/conformance";
import type { AppointmentQuery, SlotQuery } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStatements } from "../src/statements.ts";
import { sqliteStrategy } from "../src/strategy.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-harness.ts";

const statements = createStatements(sqliteStrategy("slotwright_"));
const { reads, writes } = statements;
describe("no statement of the adapter reads a table from end to end:", () => {
  let store: SqliteStore;
  let database: Database.Database;

  beforeAll(async () => {
    store = await openSqliteStore();
    database = new Database(store.filename);
  });
  afterAll(async () => {
    database.close();
    await store.close();
  });

  const planOf = (sql: string): readonly string[] => {
    const places = sql.match(/\?/g)?.length ?? 0;
    const rows = database.prepare(`explain query plan ${sql}`).all(...Array(places).fill(null)) as { detail: string }[];
    return rows.map(({ detail }) => detail);
  };
  const badSteps = (plan: readonly string[]) =>
    plan.filter(
      (step) => /TEMP B-TREE|AUTOMATIC/.test(step) || (/^SCAN/.test(step) && !/USING INDEX|VIRTUAL TABLE/.test(step)),
    );

  const asked = Object.entries(appointmentQueries);
  const ofProviders = asked.filter(([, { providerIds }]) => providerIds !== undefined);
  const lists = [
    ...Object.entries(slotQueries).map(([title, query]) => [title, reads.slots(query)?.sql ?? ""] as const),
    ...Object.entries(openQueries).map(([title, query]) => [title, reads.open(query)?.sql ?? ""] as const),
    ...asked
      .filter((query) => !ofProviders.includes(query))
      .map(([title, query]) => [title, reads.appointments(query)?.sql ?? ""] as const),
  ];
  it.each(ofProviders)("%s are read in order from two indexes, including shared ones", (_title, query) => {
    const plan = planOf(reads.appointments(query)?.sql ?? "");
    // What is sorted, or read without an index, are pages that were found.
    const bad = badSteps(plan).filter((step) => !/^SCAN \(subquery-\d+\)$|^USE TEMP B-TREE/.test(step));
    expect(bad).toEqual([]);
    const used = plan.flatMap((step) => /USING INDEX slotwright_(\w+_by_\w+)/.exec(step)?.[1] ?? []);
    const by = query.subjectId === undefined ? "provider" : "subject";
    expect(used).toEqual([`appointments_by_${by}`, `further_providers_by_${by}`]);
  });

  it.each(lists)("%s are read in order from one index", (title, sql) => {
    const plan = planOf(sql);
    // What several providers have is sorted, up to the page's end: see the next test.
    const sorted = /(two|eight|hundred) providers/.test(title) ? ["USE TEMP B-TREE FOR ORDER BY"] : [];
    expect(badSteps(plan)).toEqual(sorted);
    expect(plan.some((step) => /USING INDEX slotwright_(slots|appointments)_by_/.test(step))).toBe(true);
  });

  it.each([
    ["a record", Object.values(statements.select)],
    ["many records", Object.values(statements.selectMany)],
    ["a version", Object.values(statements.selectVersion)],
    ["the journal", reads.journals({ pages: [{ record: { kind: "slot", id: "x" }, limit: 1 }] }).map(({ sql }) => sql)],
    [
      "an update",
      [writes.slot, writes.appointment, writes.schedule, writes.agenda].flatMap((w) => [
        w.updateState.sql,
        w.updateAll.sql,
      ]),
    ],
  ])("%s is found by its key", (_title, sqls) => {
    for (const sql of sqls) expect(planOf(sql)[0]).toMatch(/^SEARCH .*(INDEX sqlite_autoindex|PRIMARY KEY)/);
  });

  it("what lies around is read in order from one index, between the ends of the place", () => {
    const { rows, slot } = statements.around;
    expect(planOf(slot)[0]).toMatch(/^SEARCH .*INDEX sqlite_autoindex/);
    expect(planOf(rows.provider.sql)).toEqual([
      "SEARCH slotwright_slots USING INDEX slotwright_slots_by_provider (provider_id=? AND start_at>? AND start_at<?)",
    ]);
    expect(planOf(rows.subject.sql)).toEqual([
      "SEARCH slotwright_appointments USING INDEX slotwright_appointments_by_subject (subject_id=? AND start_at>? AND start_at<?)",
    ]);
  });

  it("of each of many providers no more slots are read than the page has, whatever lies past it", async () => {
    const file = await openSqliteStore();
    const filled = new Database(file.filename);
    const triggers = filled.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all();
    for (const name of triggers) filled.exec(`drop trigger ${name}`);
    filled.exec(fill);
    let looks = 0;
    filled.function("looked_at", () => {
      looks += 1;
      return 1;
    });
    const looksFor = (query: SlotQuery) => {
      const { sql = "", parameters = [] } = reads.slots(query) ?? {};
      const counted = sql.replace(" where ", " where looked_at() = 1 and ");
      looks = 0;
      const found = filled.prepare(counted).all(...parameters) as { start_at: number }[];
      expect(found.map(({ start_at }) => start_at)).toEqual(
        found.map(({ start_at }) => start_at).toSorted((a, b) => a - b),
      );
      expect(found).toHaveLength(10);
      return looks;
    };
    const hundred = { ...listPage, providerIds: providerIds(100) };
    // The first provider is read for the length of a page; each of the others, to its first slot past that page.
    expect(looksFor(hundred)).toBeLessThan(200);
    expect(looksFor({ ...hundred, startFrom: at(300), startBefore: at(100_000) })).toBeLessThan(200);
    expect(looksFor({ ...hundred, after: { start: at(300), id: "x" } })).toBeLessThan(200);
    // However their slots lie, at worst the page of each is read.
    const shift = "86400000 * cast(substr(provider_id, 10) as integer)";
    filled.exec(`update slotwright_slots set start_at = start_at - ${shift}, end_at = end_at - ${shift}`);
    expect(looksFor(hundred)).toBeLessThan(100 * (listPage.limit + 1));
    filled.close();
    await file.close();
  });

  it("of each of many providers no more appointments are read than the page has, including shared ones", async () => {
    const file = await openSqliteStore();
    const filled = new Database(file.filename);
    const triggers = filled.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all();
    for (const name of triggers) filled.exec(`drop trigger ${name}`);
    filled.exec(`${numbers} ${fillShared}`);
    let looks = 0;
    filled.function("looked_at", () => {
      looks += 1;
      return 1;
    });
    const looksFor = (query: AppointmentQuery) => {
      const { sql = "", parameters = [] } = reads.appointments(query) ?? {};
      const counted = sql.replaceAll(" where provider_id", " where looked_at() = 1 and provider_id");
      looks = 0;
      const found = filled.prepare(counted).all(...parameters) as { id: string; start_at: number }[];
      const places = found.map(({ start_at, id }) => `${start_at} ${id}`);
      expect(places).toEqual([...new Set(places)].sort());
      expect(found).toHaveLength(query.limit);
      return looks;
    };
    const limit = 10;
    expect(looksFor({ limit, providerIds: providerIds(1) })).toBeLessThan(3 * limit);
    expect(looksFor({ limit, providerIds: providerIds(3) })).toBeLessThan(15 * limit);
    expect(looksFor({ limit, providerIds: providerIds(100) })).toBeLessThan(1000);
    expect(looksFor({ limit, providerIds: providerIds(100), after: { start: at(300), id: "x" } })).toBeLessThan(1000);
    expect(looksFor({ limit, subjectId: "subject-7", providerIds: providerIds(100) })).toBeLessThan(30 * limit);
    filled.close();
    await file.close();
  });

  it("a provider's slots at a facility are read from the provider's index, not from the longer one of the facility", () => {
    const sql = reads.slots({ ...listPage, providerIds: providerIds(1), facilityId: "f" })?.sql ?? "";
    expect(planOf(sql)).toEqual([expect.stringContaining("slotwright_slots_by_provider (provider_id=?)")]);
  });

  it("the overlap guard reads the one slot before", () => {
    const { sql } = database
      .prepare("select sql from sqlite_schema where name = 'slotwright_slots_inserted'")
      .get() as { sql: string };
    const look = /\((select end_at .*?limit 1)\)/s.exec(sql)?.[1] ?? "";
    const plan = planOf(look.replace(/new\.\w+/g, "?"));
    expect(plan).toEqual([
      expect.stringContaining("slotwright_slots_by_seat (schedule_id=? AND seat=? AND start_at<?)"),
    ]);
  });

  it("the guards find listed slots by key", () => {
    const triggers = database.prepare("select sql from sqlite_schema where type = 'trigger'").all() as {
      sql: string;
    }[];
    const looks = triggers.flatMap(({ sql }) => [...sql.matchAll(/exists \((select 1 from json_each.*)\);? end$/gs)]);
    expect(looks).toHaveLength(4);
    for (const [, look = ""] of looks) {
      const plan = planOf(look.replace(/\b(new|old)\.\w+/g, "?"));
      expect(badSteps(plan)).toEqual([]);
      expect(plan.join()).toContain("SEARCH s USING INDEX sqlite_autoindex_slotwright_slots_1 (id=?)");
    }
  });

  it("a page and a bound on the same side are not both searched for", () => {
    const wide = reads.slots({ ...listPage, after: listPlace, startFrom: at(0) });
    const narrow = reads.slots({ ...listPage, after: listPlace, startFrom: at(601) });
    expect(wide?.parameters).toEqual([listPlace.start.getTime(), listPlace.id, 10]);
    expect(narrow?.parameters).toEqual([at(601).getTime(), 10]);
  });
});

const numbers =
  "create temp table numbers as with recursive upto (n) as (select 0 union all select n + 1 from upto where n < 1000) select n from upto;";

/** A hundred providers, with a thousand slots each. */
const fill = `
${numbers}
insert into slotwright_schedules select 's' || n, 'provider-' || n, 'f', 'UTC', 1, 0, 0 from numbers where n < 100;
insert into slotwright_slots (id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, metadata, version, created_at, updated_at)
  select p.n || '-' || s.n, 's' || p.n, 'provider-' || p.n, 'f', 0, ${now.getTime()} + s.n * 1800000,
    ${now.getTime()} + (s.n + 1) * 1800000, 'available', '{}', 1, 0, 0
  from numbers as p, numbers as s where p.n < 100;
`;

/** Thirty providers with two hundred appointments each, each of which has three further providers. */
const fillShared = `
insert into slotwright_appointments (id, subject_id, provider_id, facility_id, start_at, end_at, status, slot_ids, provider_ids, metadata, version, created_at, updated_at)
  select p.n || '-' || s.n, 'subject-' || (s.n % 50), 'provider-' || p.n, 'f', ${now.getTime()} + s.n * 1800000,
    ${now.getTime()} + (s.n + 1) * 1800000, 'scheduled', '[]', '[]', '{}', 1, 0, 0
  from numbers as p, numbers as s where p.n < 30 and s.n < 200;
insert into slotwright_further_providers (id, provider_id, subject_id, facility_id, start_at, status)
  select a.id, 'provider-' || ((cast(substr(a.provider_id, 10) as integer) + f.n + 1) % 30), a.subject_id, a.facility_id, a.start_at, a.status
  from slotwright_appointments as a, numbers as f where f.n < 3;
`;
