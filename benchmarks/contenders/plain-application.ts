import { v7 as uuidv7 } from "uuid";
import { type Audience, pollingAudience } from "./audience.ts";
import {
  type Application,
  type FreeSlot,
  type FreeSlotSearch,
  facilityId,
  type OfferSearch,
  type Shift,
} from "./contender.ts";
import { type columns, type PlainStatement, rowsPerInsert } from "./plain-tables.ts";

export type Row = Readonly<Record<string, unknown>>;

/** One connection of the driver, as an application uses it. */
export interface PlainConnection {
  /** One of the constant statements, prepared once by each connection. */
  readonly run: (statement: PlainStatement, parameters: readonly unknown[]) => Promise<readonly Row[]>;
  readonly search: (search: FreeSlotSearch) => Promise<readonly Row[]>;
  readonly findOpen: (search: OfferSearch) => Promise<readonly Row[]>;
  readonly insert: <Table extends keyof typeof columns>(table: Table, rows: readonly unknown[][]) => Promise<unknown>;
  readonly transact: (command: "BEGIN" | "COMMIT" | "ROLLBACK") => Promise<unknown>;
}

/** Lends a connection of the pool, and returns it. */
export type WithConnection = <Result>(work: (connection: PlainConnection) => Promise<Result>) => Promise<Result>;

/**
 * The transaction that most applications write: BEGIN, SELECT … FOR UPDATE, INSERT, UPDATE, INSERT into the audit,
 * COMMIT.
 */
export function lockRow(lend: WithConnection): Application {
  return { ...readsOf(lend), book: (slot) => lend((connection) => bookLocked(connection, slot)) };
}

/** The same without a lock. What is read first may no longer hold when the transaction writes. */
export function checkThenInsert(lend: WithConnection): Application {
  return { ...readsOf(lend), book: (slot) => lend((connection) => bookUnlocked(connection, slot)) };
}

/** Readers of the audit table. */
export function pollingOn(lend: WithConnection): Audience {
  return pollingAudience({
    lastId: async () => (await lend(({ run }) => run("lastAudit", [])))[0]?.id,
    after: (id) => lend(({ run }) => run("auditAfter", [id])),
  });
}

function readsOf(lend: WithConnection): Omit<Application, "book"> {
  const known = new Set<string>();
  return {
    publish: (shift) => lend((connection) => publish(connection, known, shift)),
    search: async (search) => (await lend((connection) => connection.search(search))).length,
    findOpen: async (search) => (await lend((connection) => connection.findOpen(search))).length,
    history: async (slotId) => (await lend((connection) => connection.run("history", [slotId]))).length,
  };
}

function bookLocked(connection: PlainConnection, { id }: FreeSlot): Promise<boolean> {
  return inTransaction(connection, async () => {
    const [slot] = await connection.run("lockSlot", [id]);
    if (slot?.status !== "available") return false;
    await writeBooking(connection, slot);
    return true;
  });
}

async function bookUnlocked(connection: PlainConnection, { id }: FreeSlot): Promise<boolean> {
  const [slot] = await connection.run("readSlot", [id]);
  if (slot?.status !== "available") return false;
  return inTransaction(connection, async () => {
    await writeBooking(connection, slot);
    return true;
  });
}

async function writeBooking({ run }: PlainConnection, slot: Row): Promise<void> {
  const [appointmentId, now] = [uuidv7(), new Date()];
  const { id, provider_id: providerId, facility_id: facility, start_at: start, end_at: end } = slot;
  await run("addAppointment", [appointmentId, id, "p-1", providerId, facility, start, end, now]);
  await run("takeSlot", [appointmentId, now, id]);
  await run("addAudit", [id, appointmentId, now]);
}

/** Commits if the work says yes. */
async function inTransaction(connection: PlainConnection, work: () => Promise<boolean>): Promise<boolean> {
  await connection.transact("BEGIN");
  try {
    const isDone = await work();
    await connection.transact(isDone ? "COMMIT" : "ROLLBACK");
    return isDone;
  } catch (error) {
    await connection.transact("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Publishing locks the provider's row. Otherwise two publishers could create overlapping slots. */
async function publish(connection: PlainConnection, known: Set<string>, shift: Shift): Promise<readonly FreeSlot[]> {
  const { providerId, times } = shift;
  if (!known.has(providerId)) await connection.run("addProvider", [providerId]);
  known.add(providerId);
  const slots = times.map((time) => ({ id: uuidv7(), providerId, ...time }));
  await inTransaction(connection, async () => {
    await connection.run("lockProvider", [providerId]);
    const overlap = await connection.run("findOverlap", [providerId, times.at(-1)?.end, times[0]?.start]);
    if (overlap.length > 0) throw new Error("The benchmark publishes slots that overlap.");
    for (let first = 0; first < slots.length; first += rowsPerInsert) {
      await addSlots(connection, slots.slice(first, first + rowsPerInsert));
    }
    return true;
  });
  return slots;
}

async function addSlots(connection: PlainConnection, slots: readonly FreeSlot[]): Promise<void> {
  const now = new Date();
  const row = ({ id, providerId, start, end }: FreeSlot) => [id, providerId, facilityId, start, end, "available", now];
  await connection.insert("slots", slots.map(row));
  await connection.insert(
    "audit",
    slots.map(({ id }) => [id, "bench", "publish", now]),
  );
}
