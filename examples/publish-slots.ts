import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type Hours } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });
const weber = engine.as({ kind: "provider", id: "dr-weber" });
const place = { providerId: "dr-weber", facilityId: "north" };

const hours: Hours = {
  offer: { minutes: 30 },
  weekly: [{ days: ["monday", "tuesday", "thursday"], from: "09:00", to: "12:00" }],
};
await weber.setAvailability({ ...place, timeZone: "Europe/Berlin", hours });

// What your scheduler runs every night: there are always free times for the next ninety days.
const horizon = () => new Date(Date.now() + 90 * 24 * 60 * 60 * 1000);
const publish = () => weber.publishSlots({ ...place, until: horizon() });

const first = await publish();
console.log(first.created > 200 ? "Three months are published." : first);
const again = await publish();
console.log(again.created + again.withdrawn, "slots are created or withdrawn the next time.");

// Thursdays are over. Somebody has booked one.
const { items } = await engine.findOpen({ providerIds: ["dr-weber"], from: new Date(), to: horizon(), limit: 500 });
const thursday = items.find(({ start }) => start.getUTCDay() === 4);
await engine.as({ kind: "patient", id: "ada" }).book({ slotId: thursday?.slotId ?? "", subjectId: "ada" });
const fewer = { ...hours, weekly: [{ days: ["monday", "tuesday"], from: "09:00", to: "12:00" }] } as const;
const { effect } = await weber.setAvailability({ ...place, hours: fewer, dryRun: true, until: horizon() });
console.log("It would withdraw", (effect?.withdrawn ?? 0) > 50 ? "many" : "few", "slots.");
console.log(
  effect?.outsideCount,
  "appointment would lie outside of the hours:",
  effect?.outside[0]?.appointmentId !== null,
);

const { version } = await weber.getAvailability(place);
await weber.setAvailability({ ...place, hours: fewer, ifVersion: version });
console.log((await publish()).outside.length, "appointment has to be moved.");
await storage.close();
