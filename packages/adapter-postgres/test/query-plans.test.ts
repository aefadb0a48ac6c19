import { appointmentQueries, openQueries, slotQueries } from "@slotwright/adapter-sql/conformance";
import {
  booking,
  creation,
  sampleNow as now,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { AppointmentQuery, OpenQuery, SlotQuery } from "@slotwright/core/adapter";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { kinds } from "../src/load-statements.ts";
import { currentRelease } from "../src/migrations.ts";
import { createStatements } from "../src/statements.ts";
import { postgresStrategy } from "../src/strategy.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

describeOnServer("on filled tables, with generic plans, no statement reads a table from end to end:", (url) => {
  let store: PostgresStore;
  let client: Client;
  const statements = () => {
    const namespace = { schema: store.schema, prefix: "slotwright_" };
    return createStatements(postgresStrategy(namespace), namespace, currentRelease.routines);
  };

  beforeAll(async () => {
    store = await openPostgresStore(url());
    // Connections that planned while the tables were empty.
    await store.storage.commit([creation(slotAt(0)), transitionOf("none")]);
    await store.storage.commit([booking(slotAt(0))]);
    client = new Client({ connectionString: url() });
    await client.connect();
    await client.query(`set search_path = ${store.schema}; set plan_cache_mode = force_generic_plan`);
    await client.query(fill);
    await client.query("analyze");
  }, 120_000);
  afterAll(async () => {
    await client.end();
    await store.close();
  });

  const planOf = async (sql: string): Promise<string> => {
    const places = new Set(sql.match(/\$\d+/g)).size;
    await client.query("deallocate all");
    await client.query(`prepare asked as ${sql}`);
    const nulls = Array(places).fill("null").join();
    const { rows } = await client.query(`explain (costs off) execute asked${places > 0 ? `(${nulls})` : ""}`);
    return rows.map((row) => row["QUERY PLAN"] as string).join("\n");
  };

  it.each(Object.entries(openQueries))("%s are read in order from one index", async (_title, query) => {
    const plan = await planOf(statements().reads.open(query)?.sql ?? "");
    expect(plan).not.toMatch(/Seq Scan/);
    // What is sorted are shares of providers, or the few slots of a time.
    if (query.providerIds !== undefined) {
      expect(plan).not.toMatch(/Sort Key: .*\n(\s+Presorted Key: .*\n)?\s+-> {2}(Index|Bitmap)/);
    }
    const used = new Set([...plan.matchAll(/(?:using|Bitmap Index Scan on) (\w+)/g)].map(([, name]) => name));
    expect([...used]).toEqual([`slotwright_${slotIndexOf(query)}`]);
  });

  it.each([...Object.entries(slotQueries), ...Object.entries(appointmentQueries)])(
    "%s are read in order from one index",
    async (_title, query) => {
      const { reads } = statements();
      const read = "asOf" in query ? reads.slots(query as SlotQuery) : reads.appointments(query);
      const plan = await planOf(read?.sql ?? "");
      // A subject has so few appointments, and a time so few of one status, that sorting all of them is just as good.
      const unsorted = plan.replaceAll(sortedPage, "").replaceAll(sortedShares, "");
      const areFew = "subjectId" in query || (query.providerIds === undefined && query.statuses !== undefined);
      expect(unsorted).not.toMatch(areFew ? /Seq Scan/ : /Seq Scan|-> {2}Sort/);
      const isShared = !("asOf" in query) && query.providerIds !== undefined;
      const index = "asOf" in query ? slotIndexOf(query as SlotQuery) : appointmentIndexOf(query);
      const further = isShared ? [`slotwright_${index.replace("appointments", "further_providers")}`] : [];
      const used = new Set([...plan.matchAll(/(?:using|Bitmap Index Scan on) (\w+)/g)].map(([, name]) => name));
      // The rows of a page of many providers are read by key.
      const table = isShared ? "appointments" : "slots";
      const byKey = isShared ? [`slotwright_${table}_pkey`] : [];
      expect([...used].sort()).toEqual([`slotwright_${index}`, ...byKey, ...further].sort());
    },
  );

  it("records, the journal and the versions are found by key", async () => {
    const { load, loadAndLock, around, reads } = statements();
    const found = [load, loadAndLock, around].flatMap(({ read, confirm }) => [read, confirm]);
    for (const { sql } of [...found, around.lock].map((of) => of(kinds))) {
      const plan = await planOf(sql);
      expect(plan).not.toContain("Seq Scan");
      for (const table of ["agendas", "schedules", "availabilities", "slots", "appointments", "commands"]) {
        expect(plan).toContain(`slotwright_${table}_pkey`);
      }
    }
    for (const count of [1, 20]) {
      const pages = Array.from({ length: count }, (_, index) => ({
        record: { kind: "slot", id: `x-${index}` } as const,
        limit: 1,
      }));
      for (const { sql } of reads.journals({ pages })) {
        const plan = await planOf(sql);
        expect(plan).not.toMatch(/Seq Scan|Sort/);
        expect(plan).toContain("slotwright_journal_once_per_version");
      }
    }
  });

  it("what lies around is read from one index for each kind, as far as the places reach", async () => {
    const plan = await planOf(statements().around.read([]).sql);
    expect(plan).not.toContain("Seq Scan");
    const used = [...plan.matchAll(/(?:using|Bitmap Index Scan on) (\w+)[^\n]*\n\s+Index Cond: (.*)/g)].map(
      ([, index, bounds]) => [index, bounds],
    );
    const boundsOf = (name: string) => used.find(([index]) => index === `slotwright_${name}`)?.[1] ?? "";
    for (const bound of ["provider_id = ", "ROW(provider_id, start_at) < ", "start_at > ", "end_at > "]) {
      expect(boundsOf("slots_by_provider")).toContain(bound);
    }
    for (const bound of ["subject_id = ", "ROW(subject_id, start_at) < ", "start_at > "]) {
      expect(boundsOf("appointments_by_subject")).toContain(bound);
    }
    expect(new Set(used.map(([index]) => index))).toEqual(
      new Set(
        ["slots_pkey", "agendas_pkey", "slots_by_provider", "appointments_by_subject"].map(
          (name) => `slotwright_${name}`,
        ),
      ),
    );
  });

  it("agendas are locked before everything else, and in the order of their ids", async () => {
    const plan = await planOf(statements().around.lock(kinds).sql);
    const scans = [...plan.matchAll(/CTE Scan on (\w+)/g)].map(([, kind]) => kind);
    expect(scans).toEqual(["agenda", "schedule", "availability", "slot", "appointment", "command"]);
    expect(plan).toMatch(/Sort Key: .*COLLATE "C"/);
  });

  it("rows are locked kind by kind, and by id within a kind", async () => {
    const plan = await planOf(statements().loadAndLock.read(kinds).sql);
    const locked = plan.split(/\n *CTE (?=\w+\n)/).slice(1, 6);
    for (const [index, kind] of ["agenda", "schedule", "availability", "slot", "appointment"].entries()) {
      expect(locked[index]).toMatch(new RegExp(`^${kind}\\n[^]*Sort Key: u(_\\d)?\\.id COLLATE "C"[^]*->  LockRows`));
      // An index of a unique key returns an array's rows in the order of the key.
      expect(locked[index]).toMatch(/Sort Key: \S+\.id|Index Scan using \S+_pkey/);
    }
    const scans = [...plan.matchAll(/CTE Scan on (\w+)/g)].map(([, kind]) => kind);
    expect(scans).toEqual(["agenda", "schedule", "availability", "slot", "appointment", "command"]);
  });

  it("commits and their guards read by key, also on connections that planned while the tables were empty", async () => {
    const scans = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      const { rows } = await client.query(
        `select relname, seq_tup_read::int from pg_stat_user_tables where schemaname = $1 and relname <> 'slotwright_migrations' order by 1`,
        [store.schema],
      );
      return rows;
    };
    const before = await scans();
    const slot = { ...slotAt(100_000), scheduleId: "schedule-2" };
    const more = Array.from({ length: 300 }, (_, n) => ({ ...slotAt(100_030 + n * 30), scheduleId: "schedule-2" }));
    const other = { ...schedule, id: "schedule-2" };
    for (const storage of [store.storage, store.second]) {
      const name = storage === store.storage ? "one" : "two";
      const mine = [slot, ...more].map((one) => ({ ...one, id: `${name} ${one.id}`, seat: name === "one" ? 0 : 1 }));
      const version = name === "one" ? 1 : 2;
      expect(await storage.commit([transitionOf(name, { ...other, version }, ...mine)])).toEqual([
        { status: "committed" },
      ]);
      const outcomes = await storage.commit(mine.slice(0, 50).map((one) => booking(one)));
      expect(outcomes).toEqual(Array(50).fill({ status: "committed" }));
    }
    expect(await scans()).toEqual(before);
  });
});

describeOnServer("a connection that planned while the tables were empty", (url) => {
  it("still reads by key when they are full, before anything has analysed them", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await storage.commit([creation(slotAt(0))]);
    await storage.commit([booking(slotAt(0))]);
    // On a connection of its own, which reports what it read when it ends.
    await withClient(url(), (other) =>
      other.query(`set search_path = ${store.schema}; ${fill.replaceAll("200)", "20)")}`),
    );
    const rowsRead = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      const { rows } = await store.pool.query(
        "select relname, seq_tup_read::int from pg_stat_user_tables where schemaname = $1 and relname ~ 'slots|appointments'",
        [store.schema],
      );
      return rows;
    };
    const before = await rowsRead();
    const more = Array.from({ length: 20 }, (_, n) => slotAt(100_000 + n * 30));
    await storage.commit([transitionOf("more", { ...schedule, version: 2 }, ...more)]);
    for (const slot of more) expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    expect(await rowsRead()).toEqual(before);
    await pool.end();
    await store.close();
  });

  it("plans a statement a few times, and then never again", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url(), max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await withClient(url(), (other) =>
      other.query(`set search_path = ${store.schema}; ${fill.replaceAll("200)", "20)")}; analyze`),
    );
    await storage.commit([creation(slotAt(0))]);
    const keysOf = (count: number) => Array.from({ length: count }, (_, n) => ({ kind: "slot", id: `${n}` }) as const);
    for (let n = 1; n <= 20; n++) await storage.load(keysOf(n % 3));
    for (let n = 1; n <= 20; n++) await storage.commit([transitionOf("create")]);
    const { rows } = await pool.query(
      "select custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements where custom_plans + generic_plans > 10",
    );
    // The reads, the commits, and what confirms that these are repeats.
    expect(rows).toHaveLength(3);
    for (const { custom, generic } of rows) {
      expect(custom).toBeLessThanOrEqual(5);
      expect(generic).toBeGreaterThan(5);
    }
    await pool.end();
    await store.close();
  });
});

/** Rows that are read by key: those of a page. */
const sortedPage = /-> {2}Sort\n\s+Sort Key: .*\n\s+-> {2}(Nested Loop|Index Scan using \w+_pkey)/g;

/** Shares of many providers. */
const sortedShares = /-> {2}Sort\n\s+Sort Key: .*\n\s+-> {2}(CTE Scan on seen|Result|Append)/g;

type OfSlots = OpenQuery & Pick<SlotQuery, "holderId">;

function slotIndexOf({ providerIds, facilityId, holderId }: OfSlots): string {
  if (holderId !== undefined) return "slots_by_holder";
  if (providerIds !== undefined) return "slots_by_provider";
  return facilityId === undefined ? "slots_by_start" : "slots_by_facility";
}

const appointmentIndexOf = ({ subjectId, providerIds }: AppointmentQuery) =>
  subjectId !== undefined
    ? "appointments_by_subject"
    : providerIds === undefined
      ? "appointments_by_start"
      : "appointments_by_provider";

/**
 * Two hundred providers (of five thousand) at four facilities with five hundred slots each, and as many appointments
 * without slots, two fifths of them with a further provider.
 */
const fill = `
insert into slotwright_schedules select 's' || p, 'provider-' || p, 'f' || p % 4, 'UTC', 1, 0, 0 from generate_series(1, 5000) as p;
insert into slotwright_slots (id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, metadata, version, created_at, updated_at)
  select p || '-' || n, 's' || p, 'provider-' || p, 'f' || p % 4, 0, ${now.getTime()} + n * 1800000, ${now.getTime()} + (n + 1) * 1800000, 'available', '{}', 1, 0, 0
  from generate_series(1, 200) as p, generate_series(1, 500) as n;
insert into slotwright_appointments
  select p || '-' || n, 'subject-' || n, 'provider-' || p, 'f' || p % 4, ${now.getTime()} + n * 1800000, ${now.getTime()} + (n + 1) * 1800000, 'scheduled', '[]', '["provider-' || p || '"]', '{}', 1, 0, 0
  from generate_series(1, 200) as p, generate_series(1, 500) as n;
insert into slotwright_further_providers
  select p || '-' || n, 'provider-' || p + 1, 'subject-' || n, 'f' || p % 4, ${now.getTime()} + n * 1800000, 'confirmed'
  from generate_series(1, 80) as p, generate_series(1, 500) as n;
insert into slotwright_journal (feed_partition, record_kind, record_id, place, version, command, command_id, actor_kind, actor_id, at, to_status, changes)
  select 0, 'slot', id, '["f","p"]', 1, 'createSlots', 'c', 'a', 'a', 0, 'available', '{}' from slotwright_slots on conflict do nothing;
insert into slotwright_agendas select 'provider:provider-' || p, 1 from generate_series(1, 5000) as p;
insert into slotwright_availabilities select 'availability-' || p, 'provider-' || p, 'f', 'UTC', '{}', '[]', 1, 0, 0 from generate_series(1, 5000) as p;
insert into slotwright_commands select 'c' || n, '', 'null', 0 from generate_series(1, 20000) as n;
`;
