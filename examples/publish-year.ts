import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError, type NewSlotInput } from "@slotwright/core";
// Until Node has Temporal itself.
import { Temporal } from "temporal-polyfill";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const timeZone = "Europe/Berlin";

// Half hours from eight to four in Berlin on every day of 2027, also when the clocks have changed. They could also be
// read from a file: any iterable will do.
function* year(): Generator<NewSlotInput> {
  for (let date = Temporal.PlainDate.from("2027-01-01"); date.year === 2027; date = date.add({ days: 1 })) {
    const opens = date.toZonedDateTime({ timeZone, plainTime: "08:00" });
    for (let half = 0; half < 16; half++) {
      const start = opens.add({ minutes: 30 * half });
      yield { start: start.toInstant(), end: start.add({ minutes: 30 }).toInstant() };
    }
  }
}

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
    slots: year(),
    signal: deploy.signal,
    onProgress: ({ slots }) => slots >= 3_000 && deploy.abort(),
  })
  .catch((error: unknown) => {
    if (!isBookingError(error, "aborted")) throw error;
    console.log(error.message);
  });

// The same call continues where the first one stopped, and creates nothing twice. It may also be made by another
// process.
const { slots } = await engine.createManySlots({ ...call, slots: year() });
console.log(`${slots} slots are published.`);

// In July, eight o'clock in Berlin is six o'clock in UTC.
const july = await engine.listSlots({ from: "2027-07-01T00:00:00Z", limit: 1 });
console.log(`The first slot of July starts at ${july.items[0]?.start.toISOString()}.`);
await storage.close();
