import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const provider = { kind: "provider", id: "dr-weber" };
const place = { providerId: "dr-weber", facilityId: "north-clinic", timeZone: "Europe/Berlin" };
const times = [
  { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" },
  { start: "2027-03-22T09:30:00+01:00", end: "2027-03-22T10:00:00+01:00" },
  // A class for eight.
  { start: "2027-03-23T18:00:00+01:00", end: "2027-03-23T19:00:00+01:00", capacity: 8 },
];
await engine.createSlots({ actor: provider, ...place, slots: times });

// One for the process, made when it starts. `forDays: 60` would make a window that moves on with time.
const live = await engine.follow({ from: "2027-03-22T00:00:00+01:00", to: "2027-05-22T00:00:00+02:00" });

// Each of these answers at once: no promise, no database.
for (const { date, open, seats } of live.countByDay().days) console.log(`${date}: ${open} free, ${seats} seats`);
console.log("45 minutes:", live.next({ minutes: 45, from: "2027-03-22T00:00:00Z" }).items[0]?.start);

const ada = { kind: "patient", id: "ada" };

/** Books the first slot that is still free: what is offered is a hint, and only a booking decides. */
async function bookFirst(): Promise<string | undefined> {
  for (const { slotId } of live.findOpen({ providerIds: ["dr-weber"], limit: 5 }).items) {
    try {
      return (await engine.book({ actor: ada, slotId, subjectId: "ada" })).appointment.id;
    } catch (error) {
      if (!isBookingError(error, "slot_booked")) throw error;
    }
  }
  return undefined;
}
console.log("Booked", await bookFirst());

// The booking comes by the feed, a few milliseconds later.
const { cursor } = await engine.changes({ after: "end" });
while (live.freshness().cursor !== cursor) await new Promise((resolve) => setTimeout(resolve, 5));
const { items, isStale, behindMs } = live.findOpen();
console.log(`${items.length} are free${isStale ? `, or were ${behindMs} ms ago` : ""}.`);

// What Ada herself could book: the policies are asked as well, of which this engine has none.
const forAda = await live.forSubject({ actor: ada, subjectId: "ada" });
const { items: hers, source } = await forAda.findOpen();
console.log(`Ada can have ${hers.length}, says ${source === "live" ? "the memory" : "the database"}.`);

live.close();
await storage.close();
