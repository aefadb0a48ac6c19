import { on } from "node:events";
import { createEngine, type Engine } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { actor } from "../contenders/slotwright.ts";
import type { ToEngine, Turn, TurnReport } from "./messages.ts";

// One of several processes, each with an engine on a node of its own or on the same one.

async function take(engine: Engine<never>, { slotIds, ms }: Turn): Promise<TurnReport> {
  const times: number[] = [];
  const errors: string[] = [];
  const cpu = process.cpuUsage();
  const end = performance.now() + ms;
  const timed = async <Result>(command: () => Promise<Result>): Promise<Result> => {
    const started = performance.now();
    const result = await command();
    times.push(performance.now() - started);
    return result;
  };
  const caller = async (slotId: string) => {
    while (performance.now() < end && errors.length === 0) {
      const { appointment } = await timed(() => engine.book({ actor, slotId, subjectId: slotId }));
      await timed(() => engine.cancel({ actor, appointmentId: appointment.id }));
    }
  };
  const note = (error: unknown) => void errors.push(error instanceof Error ? error.message : String(error));
  await Promise.all(slotIds.map((slotId) => caller(slotId).catch(note)));
  const { user, system } = process.cpuUsage(cpu);
  return { times, cpuMs: (user + system) / 1000, errors: [...new Set(errors)].slice(0, 3) };
}

let engine: Engine<never> | undefined;

for await (const [message] of on(process, "message", { close: ["disconnect"] }) as AsyncIterable<[ToEngine]>) {
  if ("address" in message) {
    const storage = (await loadEngine(message.engine)).openStorage(message.address);
    // Connects, so that no turn waits for that.
    await storage.load([{ kind: "slot", id: "none" }]);
    engine = createEngine({ storage });
    process.send?.("ready");
  } else if (engine !== undefined) {
    process.send?.(await take(engine, message));
  }
}
process.exit();
