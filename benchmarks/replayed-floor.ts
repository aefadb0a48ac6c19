import { createEngine, type Slot, type StorageAdapter } from "@slotwright/core";
import { v7 as uuidv7 } from "uuid";
import type { Contender } from "./contender.ts";
import { type SentStatement, withIds } from "./sent-statements.ts";
import { actor, publisher } from "./slotwright.ts";

/**
 * The floor on a server: the very statements that the engine sent for one booking, sent again by the driver alone with
 * other ids and times in them. Nothing is parsed, decided or decoded.
 */
export async function replayedFloor(
  storage: StorageAdapter,
  sent: SentStatement[],
  send: (statement: SentStatement) => Promise<unknown>,
  close: () => Promise<void>,
): Promise<Contender> {
  const engine = createEngine({ storage });
  const publish = publisher(engine);
  const [model] = (await publish(1)) as [Slot];
  sent.length = 0;
  const { appointment } = await engine.book({ actor, slotId: model.id, subjectId: "p-1" });
  const statements = [...sent];
  const [entry] = (await engine.history({ slotId: model.id })).items.slice(-1);
  const commandId = entry?.commandId ?? "";
  return {
    name: "floor",
    publish,
    book: async (slot) => {
      const ids = new Map([
        [appointment.id, uuidv7()],
        [commandId, uuidv7()],
        ...timesAndId(model).map((text, index) => [text, timesAndId(slot)[index] ?? ""] as const),
      ]);
      for (const { method, args } of statements) await send({ method, args: withIds(args, ids) as unknown[] });
    },
    close,
  };
}

/** The slot's id and times, as they may stand in a statement. */
function timesAndId({ id, start, end, createdAt }: Slot): readonly string[] {
  return [id, ...[start, end].flatMap((time) => [String(time.getTime()), time.toISOString()]), createdAt.toISOString()];
}
