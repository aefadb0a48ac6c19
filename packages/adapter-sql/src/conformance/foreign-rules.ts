import assert from "node:assert/strict";
import { sampleInstant as at, auditStore, type ConformanceStore } from "@slotwright/conformance";
import { createEngine, isBookingError } from "@slotwright/core";

/** A host's addition to the tables that refuses any appointment of the subject `refused`. */
export interface ForeignRule {
  readonly title: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

const actor = { kind: "patient", id: "p" } as const;
const place = { providerId: "p", facilityId: "f" } as const;
const halfHour = (index: number) => ({ start: at(index * 30), end: at(index * 30 + 30) });

/** Makes six bookings at once. The rule refuses the third. The first slot is booked before the rule is added. */
export async function neighboursOfRefused<HostTransaction>(
  { storage, second }: Pick<ConformanceStore<HostTransaction>, "storage" | "second">,
  execute: (sql: string) => Promise<unknown>,
  { add, remove }: ForeignRule,
): Promise<void> {
  const engine = createEngine({ storage });
  const slots = Array.from({ length: 7 }, (_, index) => halfHour(index));
  const [first, ...others] = (await engine.createSlots({ actor, ...place, slots })).slots.map(({ id }) => id);
  await engine.book({ actor, slotId: first ?? "", subjectId: "refused" });
  for (const sql of add) await execute(sql);
  try {
    const subjects = others.map((_, index) => (index === 2 ? "refused" : `s-${index}`));
    const want = (slotId: string, index: number) => ({ actor, slotId, subjectId: subjects[index] ?? "" });
    const outcomes = await Promise.allSettled(others.map((id, index) => engine.book(want(id, index))));
    const codes = outcomes.map((one) => (one.status === "fulfilled" ? "booked" : refusalCode(one.reason)));
    assert.deepEqual(codes, ["booked", "booked", "refused_by_database", "booked", "booked", "booked"]);
    assertKeepsCause((outcomes[2] as PromiseRejectedResult).reason);
  } finally {
    for (const sql of remove) await execute(sql);
  }
  const after = createEngine({ storage: second });
  assert.equal((await after.getSlot(others[2] ?? "")).status, "available");
  assert.equal((await after.listAppointments({})).items.length, 6);
  assert.deepEqual(await auditStore(second), []);
}

function refusalCode(error: unknown): string {
  return isBookingError(error) ? error.code : String(error);
}

/** The database's own error is found below the contract's error. */
function assertKeepsCause(error: { readonly transient: boolean; readonly cause: { readonly cause: unknown } }): void {
  assert.equal(error.transient, false);
  assert.ok(error.cause.cause, "The cause is lost.");
}
