import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { owningStatuses, type StorageAdapter } from "@slotwright/core/adapter";
import { ms } from "./guard-stage.ts";
import { intoAppointments, setSlot } from "./statements.ts";

/** A transaction typed by hand, on its own connection. */
export interface HandTransaction {
  /** Rejects if the database refuses. After that, only `rollback` may follow. */
  readonly run: (sql: string) => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<unknown>;
}

/** Two transactions on the tables of `guardStage`. The guards allow each of them alone. */
export interface GuardRaceCase {
  readonly title: string;
  /** What is committed before the two begin. */
  readonly given?: string;
  /** Statements of the first transaction. Those of the second one run after the first of these. */
  readonly first: readonly [string, ...string[]];
  readonly second: readonly [string, ...string[]];
}

const insertOn30 = (id: string) => `insert ${intoAppointments({ id: `'${id}'`, slot_ids: `'["slot-30"]'` })}`;
const take30 = (id: string) =>
  `${setSlot("slot-30", `status = 'booked', appointment_id = '${id}'`)} and status = 'available'`;
const confirmAsked = `update slotwright_appointments set status = 'confirmed', slot_ids = '["slot-30"]',
  start_at = ${ms(30)}, end_at = ${ms(60)} where id = 'asked'`;

export const guardRaceCases: readonly GuardRaceCase[] = [
  {
    title: "two new appointments list one free slot, and each takes it if it is still available",
    first: [insertOn30("one"), take30("one")],
    second: [insertOn30("two"), take30("two")],
  },
  {
    title: "a new appointment lists a free slot that is deleted meanwhile",
    first: [insertOn30("one"), take30("one")],
    second: ["delete from slotwright_slots where id = 'slot-30'"],
  },
  {
    title: "a new appointment and one that was asked for list one free slot",
    first: [insertOn30("one"), take30("one")],
    second: [confirmAsked, take30("asked")],
  },
  {
    title: "an appointment that was asked for and a new one list one free slot",
    first: [confirmAsked, take30("asked")],
    second: [insertOn30("two"), take30("two")],
  },
  {
    title: "an appointment that was asked for lists a free slot that is deleted meanwhile",
    first: [confirmAsked, take30("asked")],
    second: ["delete from slotwright_slots where id = 'slot-30'"],
  },
  {
    title: "an appointment that lists a free slot is deleted, and the slot takes it meanwhile",
    given: insertOn30("listed"),
    first: ["delete from slotwright_appointments where id = 'listed'"],
    second: [take30("listed")],
  },
];

/** After this many milliseconds, the second transaction is considered to be waiting for the first. */
const waitsMs = 150;

/**
 * Runs both at once. One may wait for the other, and may be refused with any error. They must not both succeed.
 * @throws AssertionError
 */
export async function runGuardRace(
  { given, first, second }: GuardRaceCase,
  storage: Pick<StorageAdapter, "load" | "findAppointments">,
  begin: (which: "first" | "second") => Promise<HandTransaction>,
): Promise<void> {
  if (given !== undefined) assert.equal(await finish(await begin("first"), Promise.resolve(), [given]), "committed");
  const [one, other] = [await begin("first"), await begin("second")];
  const [opening, ...rest] = first;
  await one.run(opening);
  const [firstOfOther, ...restOfOther] = second;
  const opened = other.run(firstOfOther);
  await Promise.race([opened.catch(() => {}), wait(waitsMs)]);
  const results = await Promise.all([finish(one, Promise.resolve(), rest), finish(other, opened, restOfOther)]);
  assert.equal(results.filter((one) => one === "committed").length, 1, `Not one got through: ${results.join("; ")}`);
  const owners = (await storage.findAppointments({ limit: 10 })).filter(
    (one) => owningStatuses.includes(one.status) && one.slotIds.includes("slot-30"),
  );
  const [slot] = await storage.load([{ kind: "slot", id: "slot-30" }]);
  const owner = slot?.kind === "slot" ? slot.appointmentId : null;
  assert.deepEqual(
    owners.map(({ id }) => id),
    owner === null ? [] : [owner],
  );
}

async function finish(transaction: HandTransaction, begun: Promise<void>, rest: readonly string[]): Promise<string> {
  try {
    await begun;
    for (const sql of rest) await transaction.run(sql);
    await transaction.commit();
    return "committed";
  } catch (error) {
    await transaction.rollback();
    return String(error);
  }
}
