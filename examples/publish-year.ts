import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type Hours, isBookingError, openingsOf, weekdays } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const timeZone = "Europe/Berlin";

// Half hours from eight to four in Berlin on every day of 2027, even when the clocks have changed. They could also be
// read from a file: any iterable will do.
const hours: Hours = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from: "08:00", to: "16:00" }] };
const year = openingsOf({ hours, timeZone, from: "2027-01-01T00:00:00+01:00", to: "2028-01-01T00:00:00+01:00" });

const deploy = new AbortController();
const call = {
  actor: { kind: "provider", id: "dr-weber" },
  providerId: "dr-weber",
  facilityId: "north-clinic",
  timeZone,
  idempotencyKey: "year-2027",
};

// Each chunk is a commit. Here a signal stops the call halfway, as a deployment might.
await engine
  .createManySlots({
    ...call,
    slots: year,
    signal: deploy.signal,
    onProgress: ({ slots }) => slots >= 3_000 && deploy.abort(),
  })
  .catch((error: unknown) => {
    if (!isBookingError(error, "aborted")) throw error;
    console.log(error.message);
  });

// The same call continues where the first one stopped, and creates nothing twice. It may also be made by another
// process.
const { slots } = await engine.createManySlots({ ...call, slots: year });
console.log(`${slots} slots are published.`);

// In July, eight o'clock in Berlin is six o'clock in UTC.
const july = await engine.listSlots({ from: "2027-07-01T00:00:00Z", limit: 1 });
console.log(`The first slot of July starts at ${july.items[0]?.start.toISOString()}.`);
await storage.close();
