import { appointmentQueries, listPage, listPlace, providerIds, slotQueries } from "@slotwright/adapter-sql/conformance";
import type { SlotQuery } from "@slotwright/core";
import { sampleInstant as at, sampleNow as now } from "@slotwright/core/conformance";
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

  const lists = [
    ...Object.entries(slotQueries).map(([title, query]) => [title, reads.slots(query)?.sql ?? ""] as const),
    ...Object.entries(appointmentQueries).map(
      ([title, query]) => [title, reads.appointments(query)?.sql ?? ""] as const,
    ),
  ];
  it.each(lists)("%s are read in order from one index", (title, sql) => {
    const plan = planOf(sql);
    // What several providers have is sorted, as far as the page: see the next test.
    const sorted = /(two|three|hundred) providers/.test(title) ? ["USE TEMP B-TREE FOR ORDER BY"] : [];
    expect(badSteps(plan)).toEqual(sorted);
    expect(plan.some((step) => /USING INDEX slotwright_(slots|appointments)_by_/.test(step))).toBe(true);
  });

  it.each([
    ["a record", Object.values(statements.select)],
    ["many records", Object.values(statements.selectMany)],
    ["a version", Object.values(statements.selectVersion)],
    ["the journal", [reads.journal({ recordId: "x", limit: 1 }).sql]],
    [
      "an update",
      [writes.slot, writes.appointment, writes.schedule].flatMap((w) => [w.updateState.sql, w.updateAll.sql]),
    ],
  ])("%s is found by its key", (_title, sqls) => {
    for (const sql of sqls) expect(planOf(sql)[0]).toMatch(/^SEARCH .*(INDEX sqlite_autoindex|PRIMARY KEY)/);
  });

  it("of each of many providers no more slots are looked at than the page has, whatever there is behind it", async () => {
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
    // The first provider is read as far as a page; each of the others, to its first slot that is behind that page.
    expect(looksFor(hundred)).toBeLessThan(200);
    expect(looksFor({ ...hundred, startFrom: at(300), startBefore: at(100_000) })).toBeLessThan(200);
    expect(looksFor({ ...hundred, after: { start: at(300), id: "x" } })).toBeLessThan(200);
    // However their slots lie: at worst the page of each.
    const shift = "86400000 * cast(substr(provider_id, 10) as integer)";
    filled.exec(`update slotwright_slots set start_at = start_at - ${shift}, end_at = end_at - ${shift}`);
    expect(looksFor(hundred)).toBeLessThan(100 * (listPage.limit + 1));
    filled.close();
    await file.close();
  });

  it("a provider's slots at a facility are read from the provider's index, not from the facility's, which is longer", () => {
    const sql = reads.slots({ ...listPage, providerIds: providerIds(1), facilityId: "f" })?.sql ?? "";
    expect(planOf(sql)).toEqual([expect.stringContaining("slotwright_slots_by_provider (provider_id=?)")]);
  });

  it("the overlap guard looks at the one slot before", () => {
    const { sql } = database
      .prepare("select sql from sqlite_schema where name = 'slotwright_slots_inserted'")
      .get() as { sql: string };
    const look = /\((select end_at [^)]*limit 1)\)/s.exec(sql)?.[1] ?? "";
    const plan = planOf(look.replace(/new\.\w+/g, "?"));
    expect(plan).toEqual([
      expect.stringContaining("slotwright_slots_by_seat (schedule_id=? AND seat=? AND start_at<?)"),
    ]);
  });

  it("the guards find listed slots by their key", () => {
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

/** A hundred providers, with a thousand slots each. */
const fill = `
create temp table numbers as with recursive upto (n) as (select 0 union all select n + 1 from upto where n < 1000) select n from upto;
insert into slotwright_schedules select 's' || n, 'provider-' || n, 'f', 'UTC', 1, 0, 0 from numbers where n < 100;
insert into slotwright_slots (id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, metadata, version, created_at, updated_at)
  select p.n || '-' || s.n, 's' || p.n, 'provider-' || p.n, 'f', 0, ${now.getTime()} + s.n * 1800000,
    ${now.getTime()} + (s.n + 1) * 1800000, 'available', '{}', 1, 0, 0
  from numbers as p, numbers as s where p.n < 100;
`;
