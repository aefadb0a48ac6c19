import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, isBookingError, type NewSlotInput } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

// Half hours from eight to four on every day of 2027. It could as well be read from a file: any iterable will do.
function* year(): Generator<NewSlotInput> {
  for (let day = Date.UTC(2027, 0, 1, 8); day < Date.UTC(2028, 0, 1); day += 24 * 60 * 60_000) {
    for (let half = 0; half < 16; half++) {
      yield { start: new Date(day + half * 1_800_000), end: new Date(day + (half + 1) * 1_800_000) };
    }
  }
}

const deploy = new AbortController();
const call = {
  actor: { kind: "provider", id: "dr-weber" },
  providerId: "dr-weber",
  facilityId: "north-clinic",
  idempotencyKey: "year-2027",
};

// Each chunk is a commit. Here a signal stops the call half way, as a deployment might.
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

// The same call goes on where that one stopped, and creates nothing twice. It may also be another process's.
const { slots } = await engine.createManySlots({ ...call, slots: year() });
console.log(`${slots} slots are published.`);
await storage.close();
