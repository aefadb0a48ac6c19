// Started as a process of its own by races.test.ts: callers who each try every slot until they get one. Sends what
// became of every command.
import { BookingError, createEngine } from "@slotwright/core";
import { mysqlAdapter } from "../src/index.ts";

const [uri = "", startAt = "0", name = "", callers = "1", ...slotIds] = process.argv.slice(2);
const storage = mysqlAdapter({ uri });
const engine = createEngine({ storage });
const outcomes: Record<string, number> = {};

async function call(subjectId: string): Promise<void> {
  for (const slotId of slotIds) {
    const code = await engine.book({ actor: { kind: "patient", id: subjectId }, slotId, subjectId }).then(
      () => "ok",
      (error: unknown) => (error instanceof BookingError ? error.code : String(error)),
    );
    outcomes[code] = (outcomes[code] ?? 0) + 1;
    if (code === "ok") return;
  }
}

await engine.getSlot(slotIds[0] ?? "");
// Both processes begin at the same instant, or they would take turns.
while (Date.now() < Number(startAt)) {}
await Promise.all(Array.from({ length: Number(callers) }, (_, index) => call(`${name}-${index}`)));
process.send?.(outcomes);
await storage.close();
