import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AccessAnswer,
  type AccessRequest,
  createEngine,
  isBookingError,
  minimumNotice,
  noOverlapOfSubject,
} from "@slotwright/core";

// A patient books for themselves, and sees neither who has a slot, nor by which appointment.
function authorize(request: AccessRequest): AccessAnswer {
  const { actor, action } = request;
  if (actor.kind === "desk") return undefined;
  if (action === "command" && request.command === "book" && request.input.subjectId === actor.id) return undefined;
  const isShown = (action === "read" || action === "list") && request.record.kind === "slot";
  return isShown ? { hide: ["appointmentId", "hold"] } : "Not yours.";
}

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const clock = { now: () => new Date("2027-03-22T08:00:00Z"), sleep: async () => {} };
const policies = [minimumNotice({ minutes: 90 }), noOverlapOfSubject()];
const engine = createEngine({ storage, clock, authorize, policies });

const place = { providerId: "dr-weber", facilityId: "north" };
const desk = engine.as({ kind: "desk", id: "front" });
const { slots } = await desk.createSlots({
  ...place,
  timeZone: "Europe/Berlin",
  slots: ["09:00", "10:00", "11:00"].map((from) => {
    const start = new Date(`2027-03-22T${from}:00Z`);
    return { start, end: new Date(start.getTime() + 30 * 60_000) };
  }),
});
const [nine, ten, eleven] = slots.map(({ id }) => id) as [string, string, string];
await desk.book({ slotId: ten, subjectId: "ben" });

// Why can Ada not have the slot at nine, or the one at ten?
const ada = engine.as({ kind: "patient", id: "ada" });
for (const slotId of [nine, ten, eleven]) {
  const { onOffer, reasons, slot } = await ada.explain({ slotId, subjectId: "ada" });
  console.log(slot?.start.toISOString(), onOffer ? "is on offer" : "is not on offer");
  for (const { error, helps } of reasons) {
    const policy = isBookingError(error, "policy_violation") ? error.details.policy : "no policy";
    console.log(" ", error.code, `(${policy})`, error.toResponse().message, helps);
  }
}

// A time is explained as well: nobody has published a slot for it, and two lie partly there.
const across = { ...place, start: "2027-03-22T10:15:00Z", end: "2027-03-22T11:15:00Z" };
const { reasons } = await ada.explain({ ...across, subjectId: "ada" });
console.log("across:", reasons.map(({ error }) => error.code).join(", "));
await storage.close();
