import { appointmentOn, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import { expect, it } from "vitest";
import type { Connection } from "../src/connection.ts";
import { steps } from "../src/steps.ts";
import { writeCalls } from "../src/writes.ts";

/** Small batches do not need this. */
const connection = { session: {} } as Connection;

it("batches insert the rows of each kind in the order of their ids, so that two batches meet in one order", async () => {
  const ids = ["c", "a", "d", "b"];
  const transitions = ids.map((id) => {
    const slot = slotAt(0, { id: `slot-${id}` });
    const appointment = appointmentOn(slot, { id: `appointment-${id}` });
    const booked = { ...slot, id: `booked-${id}`, status: "booked", appointmentId: appointment.id } as const;
    return transitionOf(id, { ...sampleSchedule, id: `schedule-${id}` }, slot, booked, appointment);
  });
  const [call = []] = await writeCalls(transitions, connection);
  const inserted = new Map(
    steps.map(({ name }, index) => {
      const rows = JSON.parse(call[index]?.toString() ?? "[]") as (readonly [id: string])[];
      return [name, rows.map(([id]) => id)] as const;
    }),
  );
  const sorted = (prefix: string) => [...ids].sort().map((id) => prefix + id);
  expect(inserted.get("new_schedules")).toEqual(sorted("schedule-"));
  // Those that are booked are free until their appointments are there.
  expect(inserted.get("new_slots")).toEqual([...sorted("booked-"), ...sorted("slot-")]);
  expect(inserted.get("old_booked_slots")).toEqual(sorted("booked-"));
  expect(inserted.get("new_appointments")).toEqual(sorted("appointment-"));
  expect(inserted.get("new_commands")).toEqual(sorted(""));
});
