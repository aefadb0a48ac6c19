import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError } from "@slotwright/core";

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
const ada = engine.as({ kind: "patient", id: "ada" });
const ben = engine.as({ kind: "patient", id: "ben" });

// Ada has chosen a time, and fills in a form.
const { holdToken, slot } = await ada.hold({ slotId: nine, seconds: 120 });
console.log("held:", slot.hold !== null);

// Meanwhile it is not on offer, and nobody else gets it.
const { items } = await ben.findOpen({ providerIds: ["dr-weber"] });
console.log("on offer:", items.map(({ start }) => start.toISOString().slice(11, 16)).join(", "));
await ben.book({ slotId: nine, subjectId: "ben" }).catch((error: unknown) => {
  if (!isBookingError(error, "slot_held")) throw error;
  console.log("ben:", error.code, "until", error.details.heldUntil.getTime() > Date.now() ? "later" : "now");
});

// The form takes longer. The hold lasts two minutes from now.
const extended = await ada.extend({ slotId: nine, holdToken, seconds: 120 });
console.log("extended:", extended.slot.version === slot.version + 1);

// The token takes the slot: as a booking, or as the new time of an appointment that exists.
const { appointment } = await ada.book({ slotId: nine, holdToken, subjectId: "ada" });
const moving = await ada.hold({ slotId: half });
await ada.reschedule({ appointmentId: appointment.id, slotId: half, holdToken: moving.holdToken });

// What is not needed any longer is given back. What is forgotten ends by the clock.
const other = await ada.hold({ slotId: ten });
await ada.release({ slotId: ten, holdToken: other.holdToken });
console.log("free again:", (await engine.getSlot(ten)).status);
await storage.close();
