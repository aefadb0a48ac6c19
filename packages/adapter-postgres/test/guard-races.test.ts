import { type GuardRaceCase, guardRaceCases, guardStage, runGuardRace } from "@slotwright/adapter-sql/conformance";
import {
  appointmentOn,
  sampleInstant as at,
  auditStore,
  bookedBy,
  booking,
  creation,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refusingGuard } from "../src/errors.ts";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0);
const extra = slotAt(0, { id: "extra", seat: 1 });
const appointment = appointmentOn(slot, { start: at(10), end: at(20) });
const ms = (minutes: number) => at(minutes).getTime();

interface Race {
  readonly title: string;
  /** The state that the race starts from, and starts from again. */
  readonly given: string;
  /** Each is allowed without the other, but not both. */
  readonly ofSlot: string;
  readonly ofAppointment: string;
}

const races: readonly Race[] = [
  {
    title: "a slot is shortened, and its appointment is lengthened",
    given: `update slotwright_appointments set end_at = ${ms(20)}; update slotwright_slots set end_at = ${ms(30)}`,
    ofSlot: `update slotwright_slots set end_at = ${ms(20)} where id = 'slot-0'`,
    ofAppointment: `update slotwright_appointments set end_at = ${ms(30)}`,
  },
  {
    title: "an appointment takes a further slot that it lists, and drops it from its list",
    given: `set session_replication_role = replica;
      update slotwright_slots set status = 'available', appointment_id = null where id = 'extra';
      update slotwright_appointments set slot_ids = '["slot-0","extra"]';
      set session_replication_role = origin`,
    ofSlot: `update slotwright_slots set status = 'booked', appointment_id = '${appointment.id}' where id = 'extra'`,
    ofAppointment: `update slotwright_appointments set slot_ids = '["slot-0"]'`,
  },
];

const levels = ["read committed", "repeatable read", "serializable"] as const;
const pairs = levels.flatMap((first) => levels.map((second) => ({ first, second })));

/** Why it was refused: the guard, or the code of the error. */
async function refusalOf(query: Promise<unknown>): Promise<string | undefined> {
  try {
    await query;
    return undefined;
  } catch (error) {
    return refusingGuard(error as { code?: unknown }) ?? (error as { code: string }).code;
  }
}

describeOnServer("of two transactions by hand, without the adapter,", (url) => {
  let store: PostgresStore;
  let clients: readonly [Client, Client];
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot, extra)]);
    await store.storage.commit([transitionOf("book", appointment, bookedBy(slot, appointment))]);
    clients = [await connected(), await connected()];
  });
  afterEach(() => store.close());

  const connected = async () => (await store.beginHostTransaction("set deadlock_timeout = '20ms'")).transaction;

  const begin = async (client: Client, level: string): Promise<void> => {
    await client.query(`begin isolation level ${level}`);
    // From here on, repeatable read and serializable see the past.
    await client.query("select from slotwright_slots");
  };

  describe.each(races)("where $title,", ({ given, ofSlot, ofAppointment }) => {
    beforeEach(() => clients[0].query(given));

    describe.each(pairs)("the first at $first and the second at $second,", ({ first, second }) => {
      it.each([
        ["the slot's", ofSlot, ofAppointment],
        ["the appointment's", ofAppointment, ofSlot],
      ])("the second waits and is refused if %s comes first", async (_which, one, other) => {
        const [a, b] = clients;
        await begin(a, first);
        await begin(b, second);
        await a.query(one);
        const refusal = refusalOf(b.query(`${other}; commit`));
        await Promise.race([blocked(b, store), refusal]);
        await a.query("commit");
        expect(["appointment_fits_slot", "appointment_keeps_slots", "40001"]).toContain(await refusal);
      });

      it.each([
        ["the slot's", ofSlot, ofAppointment],
        ["the appointment's", ofAppointment, ofSlot],
      ])("the second is refused if %s was committed after it began", async (_which, one, other) => {
        const [a, b] = clients;
        await begin(a, first);
        await begin(b, second);
        await a.query(one);
        await a.query("commit");
        expect(["appointment_fits_slot", "appointment_keeps_slots", "40001"]).toContain(
          await refusalOf(b.query(`${other}; commit`)),
        );
      });
    });

    it.each(levels)("never both succeed when sent at the same moment, at %s", async (level) => {
      for (let round = 0; round < 30; round++) {
        const refusals = await Promise.all(
          [ofSlot, ofAppointment].map(async (statement, n) => {
            const client = clients[n] as Client;
            await begin(client, level);
            const refusal = await refusalOf(client.query(`${statement}; commit`));
            await client.query("rollback");
            return refusal;
          }),
        );
        expect(refusals).not.toEqual([undefined, undefined]);
        await clients[0].query(given);
      }
    });
  });

  it.each([
    "truncate slotwright_slots",
    "truncate slotwright_slots cascade",
    "truncate slotwright_appointments, slotwright_slots",
    "truncate slotwright_appointments cascade",
    "truncate slotwright_schedules cascade",
  ])("the tables cannot be emptied: %s", async (statement) => {
    expect(await refusalOf(clients[0].query(statement))).toBe("appointment_keeps_slots");
  });

  it("the table of appointments cannot be emptied alone, because the slots refer to it", async () => {
    expect(await refusalOf(clients[0].query("truncate slotwright_appointments"))).toBe("0A000");
  });
});

const mixed = [...levels.map((level) => [level, level] as const), ["read committed", "serializable"] as const];
const claims = mixed.flatMap(([one, other]) => guardRaceCases.map((race) => ({ ...race, race, one, other })));

describeOnServer("one of two transactions by hand succeeds, not both, if", (url) => {
  it.each(claims)("$title, at $one and $other", async ({ race, one, other }) => {
    const store = await openPostgresStore(url());
    for (const stage of guardStage) await store.storage.commit([stage]);
    await tryBoth(store, race, { first: one, second: other });
    await store.close();
  });
});

async function tryBoth(store: PostgresStore, race: GuardRaceCase, at: Readonly<Record<"first" | "second", string>>) {
  await runGuardRace(race, store.storage, async (which) => {
    const { transaction, commit, rollback } = await store.beginHostTransaction(`begin isolation level ${at[which]}`);
    // From here on, repeatable read and serializable see the past.
    await transaction.query("select from slotwright_slots");
    return { run: async (sql) => void (await transaction.query(sql)), commit, rollback };
  });
}

describeOnServer("a change of many booked slots by hand", (url) => {
  it("locks their appointments in the order of their ids, as commits do, so that no deadlock occurs", async () => {
    const store = await openPostgresStore(url());
    const slots = [slotAt(0), slotAt(30), slotAt(60)];
    const appointments = slots.map((one, n) => appointmentOn(one, { id: `appointment-${9 - n}` }));
    await store.storage.commit([creation(...slots)]);
    await store.storage.commit(
      slots.map((one, n) => {
        const booked = appointments[n] as (typeof appointments)[number];
        return transitionOf(`book ${one.id}`, booked, bookedBy(one, booked));
      }),
    );
    const before = await deadlocks(store);
    const [middle, byHand] = [await store.beginHostTransaction(), await store.beginHostTransaction()];
    await middle.transaction.query("select from slotwright_appointments where id = 'appointment-8' for update");
    const changed = byHand.transaction.query(`update slotwright_slots set metadata = '{"by":"hand"}'`);
    await blocked(byHand.transaction, store);
    const checkIn = () =>
      store.storage.commit(
        appointments.map((one) => transitionOf(`in ${one.id}`, { ...one, status: "checked_in", version: 2 })),
      );
    // Commits for rows that are locked by hand are busy, and do not wait for them.
    expect((await checkIn()).map(({ status }) => status)).toEqual(["committed", "busy", "busy"]);
    await middle.rollback();
    expect((await changed).rowCount).toBe(3);
    await byHand.commit();
    expect((await checkIn()).map(({ status }) => status)).toEqual(["replayed", "committed", "committed"]);
    expect(await deadlocks(store)).toBe(before);
    await store.close();
  });
});

describeOnServer("batches that overlap in slots and appointments", (url) => {
  const count = 12;
  const slots = Array.from({ length: count }, (_, n) => slotAt(n * 30));
  const shuffled = <T>(items: readonly T[], seed: number): readonly T[] =>
    items.map((_, n) => items[(n * 5 + seed) % count] as T);

  /** What becomes of a booked slot and its appointment: all of it, or the appointment alone. */
  const contenders = slots.map((one) => {
    const booked = appointmentOn(one);
    return {
      cancel: transitionOf(
        `cancel ${one.id}`,
        { ...one, version: 3 },
        { ...booked, status: "cancelled", slotIds: [], version: 2 },
      ),
      checkIn: transitionOf(`check in ${one.id}`, { ...booked, status: "checked_in", version: 2 }),
      shorten: transitionOf(`shorten ${one.id}`, { ...booked, start: new Date(one.start.getTime() + 1), version: 2 }),
    };
  });

  it.each(["read\\ committed", "repeatable\\ read"])(
    "have one winner for each appointment, and no deadlock, at %s",
    async (level) => {
      for (let round = 0; round < 8; round++) {
        const store = await openPostgresStore(url());
        const before = await deadlocks(store);
        const storages = ["a", "b", "c"].map(() => {
          const at = new URL(url());
          at.searchParams.set("options", `-c default_transaction_isolation=${level}`);
          return postgresAdapter({ connectionString: at.href, schema: store.schema });
        });
        await store.storage.commit([creation(...slots)]);
        await store.storage.commit(slots.map((one) => booking(one)));
        const all = await Promise.all(
          [
            storages[0]?.commit(shuffled(contenders, round).map(({ cancel }) => cancel)),
            storages[1]?.commit(shuffled(contenders, round + 5).map(({ checkIn }) => checkIn)),
            storages[2]?.commit(shuffled(contenders, 7 - round + count).map(({ shorten }) => shorten)),
          ].map((outcomes) => outcomes?.catch((error) => error.cause?.code)),
        );
        if (level.startsWith("read")) {
          const statuses = all.flat().map(({ status }) => status);
          expect(statuses.filter((status) => status === "committed")).toHaveLength(count);
          expect(statuses.filter((status) => ["stale", "busy"].includes(status))).toHaveLength(2 * count);
        }
        expect(all.flat()).not.toContain("40P01");
        expect(await auditStore(store.storage)).toEqual([]);
        expect(await deadlocks(store)).toBe(before);
        await Promise.all(storages.map((storage) => storage.close()));
        await store.close();
      }
    },
  );
});

async function deadlocks({ pool }: PostgresStore): Promise<number> {
  const { rows } = await pool.query("select deadlocks::int from pg_stat_database where datname = current_database()");
  return rows[0].deadlocks;
}

/** Resolves when the client waits for another client's lock. */
async function blocked(client: Client, { pool }: PostgresStore): Promise<void> {
  const { processID } = client as unknown as { readonly processID: number };
  for (;;) {
    const { rows } = await pool.query("select cardinality(pg_blocking_pids($1)) > 0 as is_blocked", [processID]);
    if (rows[0].is_blocked) return;
  }
}
