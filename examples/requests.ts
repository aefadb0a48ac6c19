import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError, requestState } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const place = { providerId: "dr-weber", facilityId: "north" };
const slots = ["09:00", "09:30", "10:00"].map((start, index) => ({
  start: `2027-03-22T${start}:00Z`,
  end: `2027-03-22T${["09:30", "10:00", "10:30"][index]}:00Z`,
}));
const created = await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });
const [nine, half, ten] = created.slots.map(({ id }) => id) as [string, string, string];
const weber = engine.as({ kind: "provider", id: "dr-weber" });
const ada = engine.as({ kind: "patient", id: "ada" });
const ben = engine.as({ kind: "patient", id: "ben" });

// Ada asks for nine, or half past. For a day nobody else gets either, and then the request is over.
const day = 24 * 60 * 60;
const expiresAt = new Date(Date.now() + day * 1000);
const asked = await ada.request({ slotId: nine, orSlotIds: [half], subjectId: "ada", holdSeconds: day, expiresAt });
const appointmentId = asked.appointment.id;
console.log("asked:", asked.appointment.status, "with", asked.slots.length, "slots held");
await ben.book({ slotId: nine, subjectId: "ben" }).catch((error: unknown) => {
  if (!isBookingError(error, "slot_held")) throw error;
  console.log("ben:", error.code);
});

// Dr Weber offers ten instead, and keeps it for Ada.
const offered = await weber.offer({ appointmentId, slotId: ten, seconds: day });
console.log("now it is:", requestState(offered.appointment, new Date()));

// Ada takes it. What was held for her besides is free again.
const taken = await ada.acceptOffer({ appointmentId });
console.log("taken:", taken.appointment.start.toISOString().slice(11, 16), "and", taken.freedSlots.length, "freed");

// Ben asks for a time, without keeping it from others. The answer is no, and says why.
const wish = await ben.request({ slotId: nine, subjectId: "ben" });
const reason = "Please see your own doctor first.";
const { appointment } = await weber.decline({ appointmentId: wish.appointment.id, reason });
console.log("ben's:", appointment.status);

// Another request is accepted. It names no slot: that is known.
const again = await ben.request({ slotId: half, subjectId: "ben" });
const accepted = await weber.accept({ appointmentId: again.appointment.id });
console.log("accepted:", accepted.appointment.status);
await storage.close();
