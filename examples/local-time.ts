import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, inTemporal, isBookingError, type LocalTime } from "@slotwright/core";
import { Temporal } from "temporal-polyfill"; // or the runtime's own

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });
const place = { providerId: "dr-weber", facilityId: "north" };
const provider = { kind: "provider", id: "dr-weber" };

// What a form says. In that night, the clocks of Berlin go from two to three.
const berlin = (local: string, more: Partial<LocalTime> = {}) => ({ local, timeZone: "Europe/Berlin", ...more });
const slots = [{ start: berlin("2027-03-28T01:30"), end: berlin("2027-03-28T03:30") }];
const created = await engine.createSlots({ actor: provider, ...place, timeZone: "Europe/Berlin", slots });
const [night] = created.slots;
console.log(((night?.end.getTime() ?? 0) - (night?.start.getTime() ?? 0)) / 60_000, "minutes");

// Half past two does not exist on that day.
await engine.listSlots({ from: berlin("2027-03-28T02:30") }).catch((error: unknown) => {
  if (!isBookingError(error, "invalid_input")) throw error;
  console.log(error.details.issues[0]?.path, error.details.issues[0]?.code);
});
const { items } = await engine.listSlots({
  from: "2027-03-28T00:00[Europe/Berlin]",
  to: berlin("2027-03-28T02:30", { disambiguation: "later" }), // half past three
});
console.log(items.length, "slot begins before.");

// Answers have dates, and Temporal objects if you ask for them. Calls take them.
const [shown] = inTemporal(items, Temporal, "Europe/Berlin");
console.log(shown?.start.toString(), "to", shown?.end.toPlainTime().toString());
const booked = await engine.book({
  actor: { kind: "patient", id: "ada" },
  subjectId: "ada",
  ...place,
  start: shown?.start ?? "",
  end: shown?.start.add({ minutes: 30 }) ?? "",
});
console.log(inTemporal(booked, Temporal).appointment.end.toString());
await storage.close();
