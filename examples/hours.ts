import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type Hours, openingsOf } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

// As the practice says it, by its own clock.
const hours: Hours = {
  offer: { minutes: 30 },
  weekly: [
    { days: ["monday", "tuesday", "thursday"], from: "09:00", to: "12:00" },
    // The evening is for longer talks, from April on.
    { days: ["thursday"], from: "17:00", to: "20:00", offer: { minutes: 60 }, validFrom: "2027-04-01" },
    // The night from Saturday to Sunday, until two.
    { days: ["saturday"], from: "22:00", to: "26:00", offer: { minutes: 60 } },
  ],
  exceptions: [
    { first: "2027-03-25", last: "2027-03-26", hours: [] },
    { first: "2027-03-29", last: "2027-03-29", hours: [{ from: "10:00", to: "11:00" }] },
  ],
};

// From Monday to Monday. In that night the clocks of Berlin go from two to three: at two, where the window ends.
const range = { timeZone: "Europe/Berlin", from: "2027-03-22T00:00:00+01:00", to: "2027-03-30T00:00:00+02:00" };
const openings = [...openingsOf({ hours, ...range })];

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: range.timeZone,
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
});
for (const { start, end } of openings) console.log(clock.format(start), "to", clock.format(end));

const provider = { kind: "provider", id: "dr-weber" };
const place = { providerId: "dr-weber", facilityId: "north", timeZone: range.timeZone };
const { slots } = await engine.createSlots({ actor: provider, ...place, slots: openings });
console.log(slots.length, "slots are published.");
await storage.close();
