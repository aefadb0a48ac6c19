import { assertLinearizable, createRecorder, settleUnknown } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";

// Any storage: the one that your application runs on.
const storage = memoryAdapter();
const engine = createEngine({ storage });
const recorder = createRecorder();
const actor = { kind: "provider", id: "dr-weber" };

const start = new Date("2027-03-01T09:00:00Z");
const end = new Date("2027-03-01T09:30:00Z");
const place = { providerId: "dr-weber", facilityId: "north" };
const { slots } = await recorder.by("dr-weber", engine).createSlots({ actor, ...place, slots: [{ start, end }] });
const slotId = slots[0]?.id ?? "";

const callers = ["ada", "ben", "cem"].map(async (name) => {
  const asCaller = recorder.by(name, engine);
  await asCaller.book({ actor: { kind: "patient", id: name }, slotId, subjectId: name }).catch(() => {});
  await asCaller.getSlot(slotId);
});
await Promise.all(callers);

// Throws with a timeline of what happened if no order of the calls explains their answers.
assertLinearizable(await settleUnknown(recorder.history(), storage));
console.log(`${recorder.history().calls.length} calls, and one order explains them all.`);
