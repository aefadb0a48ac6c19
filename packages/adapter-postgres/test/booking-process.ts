// Started as a process of its own by races.test.ts: callers who each try every slot until they get one, and then
// come and go. Prints what became of every command.
import { BookingError, createEngine } from "@slotwright/core";
import { postgresAdapter } from "../src/index.ts";

const [connectionString = "", schema = "", startAt = "0", name = "", callers = "1", ...slotIds] = process.argv.slice(2);
const storage = postgresAdapter({ connectionString, schema });
const engine = createEngine({ storage });
const outcomes: Record<string, number> = {};
const won: string[] = [];

async function counted<T>(command: Promise<T>): Promise<T | undefined> {
  try {
    const result = await command;
    outcomes.ok = (outcomes.ok ?? 0) + 1;
    return result;
  } catch (error) {
    const code = error instanceof BookingError ? error.code : `raw: ${String(error)}`;
    outcomes[code] = (outcomes[code] ?? 0) + 1;
    return undefined;
  }
}

async function call(subjectId: string): Promise<void> {
  const actor = { kind: "patient", id: subjectId };
  for (const slotId of slotIds) {
    const booked = await counted(engine.book({ actor, slotId, subjectId }));
    if (booked === undefined) continue;
    // Every third gives the slot back, and whoever asks next gets it.
    if (slotIds.indexOf(slotId) % 3 === 0) {
      await counted(engine.cancel({ actor, appointmentId: booked.appointment.id }));
      continue;
    }
    won.push(booked.appointment.id);
    return;
  }
}

// All processes begin at the same instant, or they would take turns.
while (Date.now() < Number(startAt)) {}
await Promise.all(Array.from({ length: Number(callers) }, (_, index) => call(`${name}-${index}`)));
process.stdout.write(JSON.stringify({ outcomes, won }));
await storage.close();
