import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });
const weber = engine.as({ kind: "provider", id: "dr-weber" });
const place = { providerId: "dr-weber", facilityId: "north" };

const day = "2027-03-22";
const at = (time: string) => `${day}T${time}[Europe/Berlin]`;
const slots = ["09:00", "10:00", "11:00"].map((time) => ({
  start: at(time),
  end: at(time.replace(":00", ":50")),
}));
await weber.createSlots({ ...place, timeZone: "Europe/Berlin", slots });
const ada = { actor: { kind: "patient", id: "ada" }, subjectId: "ada" };
await engine.book({ ...ada, ...place, start: at("09:00"), end: at("09:50") });

// What your scheduler reads of the hospital's calendar, every quarter of an hour.
const window = { from: at("00:00"), until: at("23:59") };
const hospital = (intervals: readonly { readonly start: string; readonly end: string }[]) =>
  weber.importBusy({ ...place, source: "hospital", ...window, intervals });

const first = await hospital([{ start: at("09:30"), end: at("10:30") }]);
console.log(first.blocked, "slot is blocked, and", first.takenCount, "is booked.");

// The surgery is put off.
const next = await hospital([{ start: at("11:00"), end: at("12:00") }]);
console.log(next.freed, "slot is free again, and", next.blocked, "is blocked.");
const { items } = await engine.findOpen({ providerIds: ["dr-weber"], from: window.from, to: window.until });
console.log("On offer:", items.map(({ start }) => start.toISOString()).join(", "));
const { busy } = await weber.explain({ ...place, start: at("11:00"), end: at("11:50") });
console.log("At eleven:", busy.map(({ source }) => source).join(", "));
await storage.close();
