import { type Appointment, createEngine, type StorageAdapter } from "@slotwright/core";
import { tamper } from "../../demo/tamper.ts";
import type { ClinicDatabase } from "./database.ts";

/** "An appointment owns a slot if and only if it counts": the cancellation of somebody who writes SQL by hand breaks it. */
const brokenInvariant = 4;

/** Cancels one booking by hand-written SQL, which leaves its slot booked. Says what it was, and what the guards did. */
export async function damage(storage: StorageAdapter<never>, database: ClinicDatabase): Promise<string> {
  const connection = await database.engine.connect(database.address);
  try {
    const guards = await tamper(connection, database.engine, brokenInvariant);
    return `${await damagedBooking(storage)} was cancelled by hand-written SQL, and its slot is still booked.\n${guards}`;
  } finally {
    await connection.close();
  }
}

async function damagedBooking(storage: StorageAdapter<never>): Promise<string> {
  const engine = createEngine({ storage });
  const { findings } = await engine.reconcile({ actor: { kind: "system", id: "damage" }, dryRun: true });
  const record = findings.flatMap(({ records }) => records).findLast(({ kind }) => kind === "appointment");
  return record === undefined ? "A booking" : described(await engine.getAppointment(record.id));
}

const described = ({ subjectId, providerId, start }: Appointment): string =>
  `The booking of ${subjectId} with ${providerId} at ${start.toISOString()}`;
