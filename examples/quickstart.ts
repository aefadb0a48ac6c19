import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" }); // or a file: { filename: "bookings.sqlite" }
await storage.migrate();
const engine = createEngine({ storage });

// A provider publishes a slot. Ids of people and places are the host's own; slot ids are made here.
const { slots } = await engine.createSlots({
  actor: { kind: "provider", id: "dr-weber" },
  providerId: "dr-weber",
  facilityId: "north-clinic",
  timeZone: "Europe/Berlin",
  slots: [{ start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" }],
});
const slotId = slots[0]?.id ?? "";

// The first caller gets it. With the key, a repeated request books once and gets the same answer.
const first = { actor: { kind: "patient", id: "ada" }, subjectId: "ada", slotId, idempotencyKey: "request-1" };
const { appointment } = await engine.book(first);
console.log(`ada: ${appointment.status}`);

// The second one is refused, with what a screen needs.
const second = { actor: { kind: "patient", id: "ben" }, subjectId: "ben", slotId };
await engine.book(second).catch((error: unknown) => {
  if (!isBookingError(error, "slot_booked")) throw error;
  console.log("ben:", error.toResponse());
});

// A cancelled appointment frees its slot in the same commit.
await engine.cancel({ actor: first.actor, appointmentId: appointment.id, reason: "Feels well again" });
console.log(`ben: ${(await engine.book(second)).appointment.status}`);

const { items } = await engine.history({ slotId });
console.log(items.map(({ command, toStatus, actor }) => `${command} by ${actor.id}: ${toStatus}`).join("\n"));
await storage.close();
