import {
  allowedStatements,
  followsFurtherProviders,
  type GuardCase,
  guardStage,
  intoSlots,
  ms,
  sharedGuardCases,
} from "@slotwright/adapter-sql/conformance";
import {
  appointmentOn,
  bookedBy,
  booking,
  creation,
  sampleSchedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { Guard } from "@slotwright/core/adapter";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusingGuard } from "../src/errors.ts";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

const guardCases: readonly GuardCase[] = [
  ...sharedGuardCases({ feed_partition: 0 }),
  { guard: "journal_append_only", title: "an emptied journal", sql: "truncate slotwright_journal" },
];

/** A database where the extension for the exclusion constraint is missing, and cannot be installed. */
async function openWithoutExtension(adminUrl: string): Promise<PostgresStore> {
  const url = new URL(adminUrl);
  url.username = `role_${process.pid}`;
  url.password = "secret";
  const schema = "no_extension";
  await withClient(adminUrl, (client) =>
    client.query(
      `create role ${url.username} login password 'secret'; create schema ${schema} authorization ${url.username}`,
    ),
  );
  const storage = postgresAdapter({ connectionString: url.href, schema });
  const report = await storage.migrate();
  expect(report.applied).toEqual([expect.stringContaining("no_overlap is a trigger")]);
  const close = async () => {
    await storage.close();
    await withClient(adminUrl, (client) =>
      client.query(`drop schema ${schema} cascade; drop owned by ${url.username}; drop role ${url.username}`),
    );
  };
  return { storage, schema, close } as unknown as PostgresStore;
}

const stores = {
  "with an exclusion constraint": openPostgresStore,
  "with a trigger instead": openWithoutExtension,
};

describeOnServer("two schedules that share a stretch of the exclusion constraint", (url) => {
  it("may have slots at the same time, and each of them refuses an overlap", async () => {
    const store = await openPostgresStore(url());
    const { rows } = await withClient(url(), (client) =>
      client.query(`with ids as (select n::text as id, hashtextextended(n::text, 0) % 262144 as stretch from generate_series(1, 5000) as n)
        select a.id as one, b.id as other from ids as a join ids as b on a.stretch = b.stretch and a.id < b.id limit 1`),
    );
    const [{ one, other }] = rows as [{ one: string; other: string }];
    const slotsOf = (scheduleId: string, id: string) => transitionOf(id, slotAt(0, { id, scheduleId }));
    const schedules = [one, other].map((id) => ({ ...sampleSchedule, id }));
    const outcomes = await store.storage.commit([
      transitionOf(
        "schedules",
        ...schedules,
        ...schedules.map(({ id }) => slotAt(0, { id: `of ${id}`, scheduleId: id })),
      ),
    ]);
    expect(outcomes).toEqual([{ status: "committed" }]);
    for (const id of [one, other]) {
      expect(await store.storage.commit([slotsOf(id, `late ${id}`)])).toEqual([
        { status: "refused", guard: "no_overlap" },
      ]);
    }
    await store.close();
  });
});

describe.each(Object.entries(stores))("%s,", (_title, open) => {
  describeOnServer("the database's own guards, without the adapter,", (url) => {
    let store: PostgresStore;
    let client: Client;

    beforeAll(async () => {
      store = await open(url());
      for (const one of guardStage) expect(await store.storage.commit([one])).toEqual([{ status: "committed" }]);
      client = new Client({ connectionString: url() });
      await client.connect();
      await client.query(`set search_path = ${store.schema}`);
    });
    afterAll(async () => {
      await client.end();
      await store.close();
    });
    beforeEach(() => client.query("begin"));
    afterEach(() => client.query("rollback"));

    it("keep the table of further providers up to date, whatever writes the appointments", async () => {
      await followsFurtherProviders(async (sql) => (await client.query(sql)).rows);
    });

    it.each(guardCases)("refuse $title ($guard)", async ({ guard, sql }) => {
      expect(await guardThatRefuses(client, sql)).toBe(guard);
    });

    it.each(allowedStatements)("refuse nothing that is allowed: %s", async (_what, sql) => {
      expect((await client.query(sql)).rowCount).toBe(1);
    });

    it("refuse what overlaps among the rows of one statement", async () => {
      const times = { start_at: ms(31), end_at: ms(61) };
      const twice = intoSlots({ id: "'one'", ...times }, { id: "'two'", ...times });
      await client.query("delete from slotwright_slots where id in ('slot-30', 'seat-1')");
      expect(await guardThatRefuses(client, `insert ${twice}`)).toBe("no_overlap");
    });
  });
});

describeOnServer("the trigger that replaces the exclusion constraint", (url) => {
  it("is put back when a part of it is gone, and gives way to the constraint if that is available by then", async () => {
    const store = await openWithoutExtension(url());
    const sql = (text: string) =>
      withClient(url(), (client) => client.query(`set search_path = ${store.schema}; ${text}`));
    const names = async () =>
      (await withClient(url(), (client) => client.query(`select name from ${store.schema}.slotwright_migrations`)))
        .rows;
    const putBack = { from: 1, to: 1, applied: ["put back: guard slotwright_no_overlap"] };
    expect(await store.storage.migrate()).toEqual({ ...putBack, applied: [] });
    for (const part of [
      "trigger slotwright_no_overlap on slotwright_slots",
      "trigger slotwright_no_overlap_when_changed on slotwright_slots",
      "index slotwright_slots_by_seat",
    ]) {
      await sql(`drop ${part}`);
      expect(await store.storage.migrate(), part).toEqual(putBack);
      expect(await names()).toEqual([{ name: expect.stringContaining("is a trigger") }]);
    }
    await sql("create extension btree_gist with schema public; drop trigger slotwright_no_overlap on slotwright_slots");
    expect(await store.storage.migrate()).toEqual(putBack);
    expect(await names()).toEqual([{ name: "initial" }]);
    expect(await store.storage.migrate()).toEqual({ ...putBack, applied: [] });
    await store.close();
    await sql("drop extension btree_gist");
  });

  it.each(["read committed", "repeatable read", "serializable"])(
    "keeps two transactions apart that insert at the same time, at %s",
    async (level) => {
      const store = await openWithoutExtension(url());
      await store.storage.commit([creation(slotAt(0))]);
      const insert = (id: string) => `insert ${intoSlots({ id: `'${id}'`, start_at: ms(60), end_at: ms(500) })}`;
      const clients = [new Client({ connectionString: url() }), new Client({ connectionString: url() })] as const;
      for (const client of clients) {
        await client.connect();
        await client.query(`set search_path = ${store.schema}`);
        await client.query(`begin isolation level ${level}`);
        await client.query("select * from slotwright_slots");
      }
      await clients[0].query(insert("one"));
      const second = clients[1].query(insert("two")).then(
        () => "inserted",
        (error) => error.code,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      await clients[0].query("commit");
      expect(["23514", "40001"]).toContain(await second);
      for (const client of clients) await client.end();
      await store.close();
    },
  );
});

describeOnServer("guards and batches", (url) => {
  it("an appointment may take rooms and devices of other providers as further slots", async () => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(slotAt(30))]);
    const room = slotAt(30, { id: "room", scheduleId: "schedule-2", providerId: "room-1", facilityId: "facility-2" });
    const rooms = { ...creation().put[0], id: "schedule-2", providerId: "room-1" } as Parameters<
      typeof transitionOf
    >[1];
    const both = appointmentOn(slotAt(30), { slotIds: ["slot-30", "room"] });
    expect(await store.storage.commit([transitionOf("rooms", rooms, room)])).toEqual([{ status: "committed" }]);
    expect(
      await store.storage.commit([transitionOf("both", both, bookedBy(slotAt(30), both), bookedBy(room, both))]),
    ).toEqual([{ status: "committed" }]);
    await store.close();
  });

  it("a booking's update of its slot stays heap-only: no index is written", async () => {
    const store = await openPostgresStore(url());
    const many = Array.from({ length: 200 }, (_, index) => slotAt(index * 30));
    await store.storage.commit([creation(...many)]);
    // Sees the rows as they were, so that no old version can go, whatever else happens on the server.
    const onlooker = await store.pool.connect();
    await onlooker.query("begin isolation level repeatable read; select 1");
    for (let from = 0; from < 200; from += 20) {
      const outcomes = await store.storage.commit(many.slice(from, from + 20).map((one) => booking(one)));
      expect(outcomes).toEqual(Array(20).fill({ status: "committed" }));
    }
    await onlooker.query("rollback");
    onlooker.release();
    // On each connection that may have the figures; before PostgreSQL 15 they arrive by themselves.
    const clients = await Promise.all(Array.from({ length: store.pool.totalCount }, () => store.pool.connect()));
    await Promise.all(clients.map((client) => client.query("select pg_stat_force_next_flush()").catch(() => {})));
    for (const client of clients) client.release();
    const { rows } = await withClient(url(), (client) => untilCounted(client, store.schema));
    expect(rows[0].updated).toBe(200);
    // Two of three new versions find room on a page. With pages filled to four fifths it would be one of four; with a
    // column of the update in an index, none.
    expect(rows[0].heap_only).toBeGreaterThan(100);
    await store.close();
  });
});

/** Statistics arrive once the connections that made them have been idle for a while. */
async function untilCounted(client: Client, schema: string) {
  for (;;) {
    const result = await client.query(
      `select n_tup_upd::int as updated, n_tup_hot_upd::int as heap_only from pg_stat_user_tables
      where schemaname = $1 and relname = 'slotwright_slots'`,
      [schema],
    );
    if (result.rows[0].updated >= 200) return result;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function guardThatRefuses(client: Client, statement: string): Promise<Guard | undefined> {
  try {
    await client.query(statement);
  } catch (error) {
    return refusingGuard(error as { code?: unknown });
  }
  return undefined;
}
