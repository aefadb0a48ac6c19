import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type Hours, isBookingError } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });
const weber = engine.as({ kind: "provider", id: "dr-weber" });
const ada = engine.as({ kind: "patient", id: "ada" });
const place = { providerId: "dr-weber", facilityId: "north" };

// Every quarter of an hour somebody may begin. A visit takes half an hour, or any number of quarters more.
const hours: Hours = {
  openings: "computed",
  offer: { minutes: 30, step: 15 },
  weekly: [{ days: ["monday"], from: "09:00", to: "10:30" }],
};
await weber.setAvailability({ ...place, timeZone: "Europe/Berlin", hours });

// Nothing is published. A search computes what the hours offer beside what is booked.
const monday = { from: "2027-03-22T00:00:00+01:00", to: "2027-03-23T00:00:00+01:00" };
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit" });
async function openFor(minutes: number): Promise<string> {
  const search = { ...monday, providerIds: ["dr-weber"], facilityId: "north", minutes };
  const { items } = await ada.findTimes({ ...search, subjectId: "ada" });
  return items.map(({ start }) => clock.format(start)).join(" ");
}
console.log("Half an hour:", await openFor(30));
console.log("An hour:", await openFor(60));

// A booking names the time, and makes its slot in the same commit.
const time = { start: "2027-03-22T09:15:00+01:00", end: "2027-03-22T10:00:00+01:00" };
const { appointment, slots } = await ada.book({ ...place, ...time, subjectId: "ada" });
console.log(appointment.status, "in a slot that is", slots[0]?.status);
console.log("Half an hour:", await openFor(30));

// Of everything else it says why not.
await ada.book({ ...place, ...time, subjectId: "ada" }).catch((error: unknown) => {
  if (!isBookingError(error, "no_slot_available")) throw error;
});
const early = { start: "2027-03-22T08:00:00+01:00", end: "2027-03-22T08:30:00+01:00" };
console.log("Eight o'clock:", (await ada.explain({ ...place, ...early, subjectId: "ada" })).hours);

// It begins a quarter of an hour later. Its own time is not in the way.
const later = { start: "2027-03-22T09:30:00+01:00", end: "2027-03-22T10:15:00+01:00" };
const moved = await ada.reschedule({ appointmentId: appointment.id, ...later });
console.log("It now begins at", clock.format(moved.appointment.start));

// A cancelled appointment gives its time back to the hours.
const ended = await ada.cancel({ appointmentId: appointment.id });
console.log("The slot is", ended.slots[0]?.status);
console.log("Half an hour:", await openFor(30));
await storage.close();
