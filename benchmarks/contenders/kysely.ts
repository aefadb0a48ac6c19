import { type Generated, Kysely, type Dialect as KyselyDialect, type SelectQueryBuilder } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { type Application, type FreeSlot, facilityId, pageSize, type Shift } from "./contender.ts";
import { rowsPerInsert } from "./plain-tables.ts";

/** In the form that the driver takes and returns. */
type Instant = Date | number;

interface PlainTables {
  readonly providers: { readonly id: string };
  readonly slots: {
    readonly id: string;
    readonly provider_id: string;
    readonly facility_id: string;
    readonly start_at: Instant;
    readonly end_at: Instant;
    readonly status: string;
    readonly appointment_id: string | null;
    readonly updated_at: Instant;
  };
  readonly appointments: {
    readonly id: string;
    readonly slot_id: string;
    readonly subject_id: string;
    readonly provider_id: string;
    readonly facility_id: string;
    readonly start_at: Instant;
    readonly end_at: Instant;
    readonly status: string;
    readonly created_at: Instant;
  };
  readonly audit: {
    readonly id: Generated<number>;
    readonly slot_id: string;
    readonly appointment_id: string | null;
    readonly actor: string;
    readonly action: string;
    readonly at: Instant;
  };
}

type Locked<Table extends keyof PlainTables> = SelectQueryBuilder<PlainTables, Table, PlainTables[Table]>;

/** What differs between the engines. */
export interface KyselyEngine {
  readonly dialect: KyselyDialect;
  readonly instant: (time: Date) => Instant;
  /** FOR UPDATE, if it exists. */
  readonly locked: <Query extends { readonly forUpdate: () => Query }>(query: Query) => Query;
}

/** The transaction of {@link lockRow}, written with Kysely. */
export function lockRowByKysely({ dialect, instant, locked }: KyselyEngine): Application & {
  readonly close: () => Promise<void>;
} {
  const db = new Kysely<PlainTables>({ dialect });
  const known = new Set<string>();
  return {
    publish: (shift) => publish(db, shift, { instant, locked, known }),
    book: ({ id }) =>
      db.transaction().execute(async (trx) => {
        const slots: Locked<"slots"> = trx.selectFrom("slots").selectAll().where("id", "=", id) as never;
        const slot = await locked(slots).executeTakeFirst();
        if (slot?.status !== "available") return false;
        await writeBooking(trx, slot, instant(new Date()));
        return true;
      }),
    async search({ providerIds, from, to }) {
      const free = await db
        .selectFrom("slots")
        .selectAll()
        .where("provider_id", "in", providerIds)
        .where("start_at", ">=", instant(from))
        .where("start_at", "<", instant(to))
        .where("status", "=", "available")
        .orderBy("start_at")
        .orderBy("id")
        .limit(pageSize + 1)
        .execute();
      return free.length;
    },
    async findOpen({ providerIds, from, to }) {
      const free = db
        .selectFrom("slots")
        .select(["id", "provider_id", "facility_id", "start_at", "end_at", "status"])
        .where("provider_id", "in", providerIds)
        .where("start_at", ">=", instant(from))
        .where("status", "=", "available")
        .orderBy("start_at")
        .orderBy("id")
        .limit(pageSize + 1);
      return (await (to === undefined ? free : free.where("start_at", "<", instant(to))).execute()).length;
    },
    async history(slotId) {
      const entries = db.selectFrom("audit").selectAll().where("slot_id", "=", slotId).orderBy("id");
      return (await entries.limit(pageSize + 1).execute()).length;
    },
    close: () => db.destroy(),
  };
}

async function writeBooking(trx: Kysely<PlainTables>, slot: PlainTables["slots"], now: Instant): Promise<void> {
  const { id: slot_id, provider_id, facility_id, start_at, end_at } = slot;
  const id = uuidv7();
  const appointment = { id, slot_id, subject_id: "p-1", provider_id, facility_id, start_at, end_at };
  await trx
    .insertInto("appointments")
    .values({ ...appointment, status: "confirmed", created_at: now })
    .execute();
  await trx
    .updateTable("slots")
    .set({ status: "booked", appointment_id: id, updated_at: now })
    .where("id", "=", slot_id)
    .execute();
  await trx
    .insertInto("audit")
    .values({ slot_id, appointment_id: id, actor: "bench", action: "book", at: now })
    .execute();
}

interface Publishing extends Pick<KyselyEngine, "instant" | "locked"> {
  readonly known: Set<string>;
}

async function publish(
  db: Kysely<PlainTables>,
  { providerId, times }: Shift,
  { instant, locked, known }: Publishing,
): Promise<readonly FreeSlot[]> {
  if (!known.has(providerId)) await db.insertInto("providers").values({ id: providerId }).execute();
  known.add(providerId);
  const slots = times.map((time) => ({ id: uuidv7(), providerId, ...time }));
  const [first, last] = [times[0] as Shift["times"][0], times.at(-1) as Shift["times"][0]];
  await db.transaction().execute(async (trx) => {
    const provider: Locked<"providers"> = trx.selectFrom("providers").selectAll().where("id", "=", providerId) as never;
    await locked(provider).execute();
    const overlap = await trx
      .selectFrom("slots")
      .select("id")
      .where("provider_id", "=", providerId)
      .where("start_at", "<", instant(last.end))
      .where("end_at", ">", instant(first.start))
      .limit(1)
      .execute();
    if (overlap.length > 0) throw new Error("The benchmark publishes slots that overlap.");
    for (let done = 0; done < slots.length; done += rowsPerInsert) {
      await addSlots(trx, slots.slice(done, done + rowsPerInsert), instant);
    }
  });
  return slots;
}

async function addSlots(trx: Kysely<PlainTables>, slots: readonly FreeSlot[], instant: KyselyEngine["instant"]) {
  const now = instant(new Date());
  const rows = slots.map(({ id, providerId, start, end }) => ({
    ...{ id, provider_id: providerId, facility_id: facilityId, status: "available", appointment_id: null },
    ...{ start_at: instant(start), end_at: instant(end), updated_at: now },
  }));
  await trx.insertInto("slots").values(rows).execute();
  const entry = { actor: "bench", action: "publish", at: now, appointment_id: null };
  await trx
    .insertInto("audit")
    .values(slots.map(({ id }) => ({ slot_id: id, ...entry })))
    .execute();
}
