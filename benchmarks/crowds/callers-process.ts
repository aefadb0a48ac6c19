import { on } from "node:events";
import { createEngine, type Engine, isBookingError } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { actor } from "../contenders/slotwright.ts";
import { type Crowd, type CrowdReport, crowdTime, type ToCallers } from "./messages.ts";

// One of several processes whose callers all come at once.

async function play(engine: Engine<never>, { providerId, first, callers, slotIds }: Crowd): Promise<CrowdReport> {
  const told = { booked: 0, refused: 0, errors: [] as string[] };
  const one = async (caller: number) => {
    const subjectId = `subject-${caller}`;
    const slotId = slotIds[caller % slotIds.length];
    try {
      if (slotId === undefined) await engine.book({ actor, subjectId, providerId, ...crowdTime });
      else await engine.book({ actor, subjectId, slotId });
      told.booked += 1;
    } catch (error) {
      if (isBookingError(error, "slot_booked") || isBookingError(error, "no_slot_available")) told.refused += 1;
      else told.errors.push(error instanceof Error ? error.message : String(error));
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => one(first + index)));
  return { ...told, errors: [...new Set(told.errors)].slice(0, 5) };
}

let engine: Engine<never> | undefined;

for await (const [message] of on(process, "message", { close: ["disconnect"] }) as AsyncIterable<[ToCallers]>) {
  if ("address" in message) {
    const { openStorage } = await loadEngine(message.engine);
    const storage = openStorage(message.address);
    // Connects, so that no round waits for that.
    await storage.load([{ kind: "slot", id: "none" }]);
    engine = createEngine({ storage });
    process.send?.("ready");
  } else if (engine !== undefined) {
    process.send?.(await play(engine, message));
  }
}
process.exit();
