import { asksPoolForNobody, type ForeignRule, neighboursOfRefused } from "@slotwright/adapter-sql/conformance";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Pool } from "pg";
import { expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, withClient } from "./postgres-harness.ts";

const raising = (title: string, raise: string): ForeignRule => ({
  title,
  add: [
    `create function refuse_some() returns trigger language plpgsql as
      $$begin if new.subject_id = 'refused' then ${raise}; end if; return new; end$$`,
    "create trigger refuse_some before insert on slotwright_appointments for each row execute function refuse_some()",
  ],
  remove: ["drop trigger refuse_some on slotwright_appointments", "drop function refuse_some"],
});

const rules: readonly ForeignRule[] = [
  raising("a trigger that raises an exception", "raise exception 'not this one'"),
  raising("a trigger that raises a code of its own", "raise exception 'not this one' using errcode = 'MY001'"),
  raising("a trigger that raises what a constraint would", "raise check_violation using message = 'not this one'"),
  raising("a trigger that divides by zero", "perform 1 / 0"),
  raising(
    "a trigger whose message reads like the driver's about names",
    "raise exception 'the phone number must be unique'",
  ),
  raising(
    "a trigger whose message reads like the driver's about the pool",
    "raise exception 'after calling end on the pool'",
  ),
  raising("a trigger that raises a missing privilege", "raise insufficient_privilege"),
  raising("a trigger that raises a missing table", "raise undefined_table"),
  raising("a trigger that raises the end of the session", "raise admin_shutdown"),
  raising("a trigger that raises a read-only session", "raise read_only_sql_transaction"),
  {
    title: "a unique index",
    add: ["create unique index only_one on slotwright_appointments (subject_id)"],
    remove: ["drop index only_one"],
  },
  {
    title: "a CHECK constraint",
    add: ["alter table slotwright_appointments add constraint not_this_one check (subject_id <> 'refused') not valid"],
    remove: ["alter table slotwright_appointments drop constraint not_this_one"],
  },
];

describeOnServer("of six concurrent bookings, the third is refused and the others are booked:", (url) => {
  it.each(rules)("$title", async (rule) => {
    const store = await openPostgresStore(url());
    const execute = (sql: string) =>
      withClient(url(), (client) => client.query(`set search_path = ${store.schema}; ${sql}`));
    await neighboursOfRefused(store, execute, rule);
    await store.close();
  });
});

describeOnServer("a trigger that drops a row", (url) => {
  it.each([
    ["slots", "update"],
    ["journal", "insert"],
    ["commands", "insert"],
  ])("of %s refuses the booking, and nothing of it is stored", async (table, event) => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(slotAt(0), slotAt(30))]);
    const run = (sql: string) =>
      withClient(url(), (client) => client.query(`set search_path = ${store.schema}; ${sql}`));
    await run(`create function leave_out() returns trigger language plpgsql as $$begin return null; end$$;
      create trigger leave_out before ${event} on slotwright_${table} for each row execute function leave_out()`);
    await expect(store.storage.commit([booking(slotAt(0))])).rejects.toMatchObject({
      failure: "refused",
      message: expect.stringContaining("left out a row"),
    });
    await run(`drop trigger leave_out on slotwright_${table}`);
    expect(await store.storage.commit([booking(slotAt(0)), booking(slotAt(30))])).toEqual([
      { status: "committed" },
      { status: "committed" },
    ]);
    await store.close();
  });
});

describeOnServer("text that this database cannot store", (url) => {
  it("is refused for the call that sends it, and its neighbours are booked", async () => {
    const latin = new URL(url());
    latin.pathname = "/latin_only";
    await withClient(url(), async (client) => {
      await client.query("drop database if exists latin_only");
      await client.query("create database latin_only encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
    });
    const pool = new Pool({ connectionString: latin.href });
    const storage = postgresAdapter({ pool });
    await storage.migrate();
    const engine = createEngine({ storage });
    const slots = Array.from({ length: 6 }, (_, n) => ({ start: slotAt(n * 30).start, end: slotAt(n * 30).end }));
    const actor = { kind: "p", id: "p" };
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const outcomes = await Promise.allSettled(
      created.slots.map(({ id }, n) => engine.book({ actor, slotId: id, subjectId: n === 2 ? "\u{1f600}" : "s" })),
    );
    const codes = outcomes.map((one) => (one.status === "fulfilled" ? "booked" : one.reason.code));
    expect(codes).toEqual(["booked", "booked", "refused_by_database", "booked", "booked", "booked"]);
    await pool.end();
    await withClient(url(), (client) => client.query("drop database latin_only"));
  });
});

describeOnServer("an answer of the server that concerns one call", (url) => {
  it("leaves the connection in the pool", async () => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(slotAt(0))]);
    const pool = new Pool({ connectionString: url(), max: 1 });
    const storage = postgresAdapter({ pool, schema: store.schema });
    await expect(storage.load([{ kind: "slot", id: "\0" }])).rejects.toMatchObject({ failure: "refused" });
    expect(pool.totalCount).toBe(1);
    expect(await storage.commit([booking(slotAt(0))])).toEqual([{ status: "committed" }]);
    await pool.end();
    await store.close();
  });
});

describeOnServer("a batch of bookings", (url) => {
  it("asks the host's pool for its connection outside any caller's asynchronous context", async () => {
    const store = await openPostgresStore(url());
    const pool = new Pool({ connectionString: url() });
    const connect = pool.connect.bind(pool);
    await asksPoolForNobody((asked) => {
      const watching = Object.assign(Object.create(pool) as Pool, {
        connect: () => {
          asked();
          return connect();
        },
      });
      return postgresAdapter({ pool: watching, schema: store.schema }) as never;
    });
    await pool.end();
    await store.close();
  });
});

describeOnServer("a host's trigger that fails for some rows", (url) => {
  it("leaves their neighbours booked", async () => {
    const store = await openPostgresStore(url());
    const run = (sql: string) =>
      withClient(url(), (client) => client.query(`set search_path = ${store.schema}; ${sql}`));
    await run(`create function look() returns trigger language plpgsql as
        $$begin if new.subject_id = 'refused' then perform from no_such_table; end if; return new; end$$;
      create trigger look before insert on slotwright_appointments for each row execute function look()`);
    const engine = createEngine({ storage: store.storage });
    const times = [0, 30, 60].map((minutes) => ({ start: slotAt(minutes).start, end: slotAt(minutes).end }));
    const actor = { kind: "p", id: "p" };
    const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: times });
    const outcomes = await Promise.allSettled(
      slots.map(({ id }, n) => engine.book({ actor, slotId: id, subjectId: n === 1 ? "refused" : "s" })),
    );
    const codes = outcomes.map((one) => (one.status === "fulfilled" ? "booked" : one.reason.code));
    expect(codes).toEqual(["booked", "schema_outdated", "booked"]);
    await store.close();
  });
});

describeOnServer("a batch in which one hits a guard, and the pool has no connection for the rest", (url) => {
  it("reports what was committed, and has the rest tried again", async () => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(slotAt(0), slotAt(30), slotAt(60))]);
    const pool = new Pool({ connectionString: url() });
    let lent = 0;
    const connect = pool.connect.bind(pool);
    const failing = Object.assign(Object.create(pool) as Pool, {
      connect: () => {
        lent += 1;
        // The first sees the guard; the second commits by itself.
        return lent === 3 ? Promise.reject(new Error("timeout exceeded when trying to connect")) : connect();
      },
    });
    const storage = postgresAdapter({ pool: failing, schema: store.schema });
    await storage.load([]);
    lent = 0;
    const misfit = booking(slotAt(60));
    const [appointment] = misfit.put.filter(({ kind }) => kind === "appointment");
    const wrong = {
      ...misfit,
      put: misfit.put.map((one) => (one === appointment ? { ...one, end: slotAt(90).end } : one)),
    };
    const outcomes = await storage.commit([booking(slotAt(0)), booking(slotAt(30)), wrong as typeof misfit]);
    expect(outcomes.map(({ status }) => status)).toEqual(["committed", "busy", "busy"]);
    expect(lent).toBe(3);
    const stored = await store.storage.load([0, 30, 60].map((at) => ({ kind: "slot", id: slotAt(at).id }) as const));
    expect(stored.map((slot) => (slot?.kind === "slot" ? slot.status : undefined))).toEqual([
      "booked",
      "available",
      "available",
    ]);
    await pool.end();
    await store.close();
  });
});
