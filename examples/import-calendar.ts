import { readFile } from "node:fs/promises";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError } from "@slotwright/core";
import { busyTimesOf } from "@slotwright/core/icalendar";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });
const weber = engine.as({ kind: "provider", id: "dr-weber" });
const place = { providerId: "dr-weber", facilityId: "north" };
const timeZone = "Europe/Berlin";

const slots = ["22", "29", "30"].map((day) => ({
  start: `2027-03-${day}T09:00[Europe/Berlin]`,
  end: `2027-03-${day}T09:30[Europe/Berlin]`,
}));
await weber.createSlots({ ...place, timeZone, slots });

// What your scheduler does every quarter of an hour, with the calendar that it has fetched.
const window = { from: "2027-03-22T00:00[Europe/Berlin]", until: "2027-04-19T00:00[Europe/Berlin]" };
async function take(calendar: string): Promise<void> {
  const intervals = busyTimesOf({ calendar, ...window, timeZone });
  const { created, blocked } = await weber.importBusy({ ...place, source: "hospital", ...window, intervals });
  console.log(created, "busy times are new, and", blocked, "slots are blocked.");
}

const calendar = await readFile(new URL("./import-calendar.ics", import.meta.url), "utf8");
await take(calendar);
const { items } = await engine.findOpen({ providerIds: ["dr-weber"], from: window.from, to: window.until });
console.log("On offer:", items.map(({ start }) => start.toISOString()).join(", "));

// Where the calendar cannot be read, nothing is imported: what was taken before stays.
await take(calendar.replace("FREQ=WEEKLY", "FREQ=SECONDLY")).catch((error: unknown) => {
  if (!isBookingError(error, "invalid_input")) throw error;
  console.log(error.details.issues[0]?.path, error.details.issues[0]?.code);
});
await storage.close();
