import { expect, it } from "vitest";
import { createEngine, noOverlapOfSubject, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, place, slotAt, until } from "./feed-stage.ts";

it("searches of live slots for many subjects read an appointment of somebody else that is moved once", async () => {
  const storage = memoryAdapter();
  const read: string[] = [];
  const counted: StorageAdapter = {
    ...storage,
    load(keys, call) {
      read.push(...keys.filter(({ kind }) => kind === "appointment").map(({ id }) => id));
      return storage.load(keys, call);
    },
  };
  const other = createEngine({ storage });
  const { slots } = await other.createSlots({ actor, ...place, slots: [slotAt(0), slotAt(60)] });
  const [first = "", second = ""] = slots.map(({ id }) => id);
  const { appointment } = await other.book({ actor, slotId: first, subjectId: "somebody else" });
  const engine = createEngine({ storage: counted, policies: [noOverlapOfSubject()] });
  const live = await engine.follow({ from: slotAt(0).start, to: slotAt(120).start, pollMs: 10 });
  for (const subjectId of ["ada", "bo", "cy"]) await live.forSubject({ actor, subjectId });
  read.length = 0;
  await other.reschedule({ actor, appointmentId: appointment.id, slotId: second });
  const { cursor } = await other.changes({ after: "end" });
  await until(() => live.freshness().cursor === cursor);
  expect(read).toEqual([appointment.id]);
  live.close();
});
