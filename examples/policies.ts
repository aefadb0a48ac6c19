import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AccessRequest,
  type AudienceOf,
  cancelDeadline,
  createEngine,
  isBookingError,
  maximumHorizon,
  minimumNotice,
  type Policy,
} from "@slotwright/core";

// In what part each of your actors acts.
const audienceOf: AudienceOf = ({ kind }) => {
  if (kind === "provider" || kind === "desk") return "staff";
  return kind === "import" ? "system" : "self_service";
};

const audience = ["self_service"] as const;
const hour = 60;

// A policy of your own. It sees what the command would change, as it is and as it would become. It is asked about every
// command: what was booked all the same can still be cancelled, or checked in.
const noChildrenAtNight: Policy = {
  name: "no_children_at_night",
  check({ command, appointments }) {
    if (!["book", "request", "accept", "offer", "acceptOffer", "reschedule"].includes(command)) return undefined;
    const late = appointments.find(({ start, metadata }) => metadata.age === "child" && start.getUTCHours() >= 18);
    return late === undefined ? undefined : "Children are seen before six o'clock in the evening.";
  },
};

// The desk may pass a policy. Nobody passes one of Slotwright's own rules. What people may do besides is not decided here,
// and so it is open to all: see the guide on who may see what.
function authorize(request: AccessRequest) {
  if (request.action !== "override") return undefined;
  return request.actor.kind === "desk" ? undefined : "Please call us: the desk can do this for you.";
}

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({
  storage,
  authorize,
  audienceOf,
  policies: [
    minimumNotice({ minutes: 2 * hour, audience }),
    maximumHorizon({ minutes: 60 * 24 * hour, audience }),
    cancelDeadline({ minutes: 24 * hour, audience }),
    noChildrenAtNight,
  ],
});

// A slot that begins in an hour.
const start = new Date(Date.now() + hour * 60_000);
const soon = { start, end: new Date(start.getTime() + 30 * 60_000) };
const place = { providerId: "dr-weber", facilityId: "north" };
const { slots } = await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots: [soon] });
const slotId = slots[0]?.id ?? "";
const [ada, desk] = [engine.as({ kind: "patient", id: "ada" }), engine.as({ kind: "desk", id: "front" })];

// What would become of it? A preview changes nothing, and has all reasons.
const preview = await ada.preview("book", { slotId, subjectId: "ada" });
if (!preview.possible) {
  for (const { error, helps } of preview.reasons) console.log("preview:", error.toResponse().message, helps);
}

// The command itself gives the first of them.
await ada.book({ slotId, subjectId: "ada" }).catch((error: unknown) => {
  if (!isBookingError(error, "policy_violation")) throw error;
  console.log("ada:", error.details.policy, error.details.values);
});

// Ada is on the phone. What holds for self-service does not hold for the desk.
const { appointment } = await desk.book({ slotId, subjectId: "ada" });
console.log("desk:", appointment.status);

// It is too late for Ada to cancel, and she may not pass the deadline. The desk, for which it does not hold, can.
const override = [{ policy: "cancel_deadline", reason: "She is ill." }];
await ada.cancel({ appointmentId: appointment.id, override }).catch((error: unknown) => {
  if (!isBookingError(error, "forbidden")) throw error;
  console.log("ada:", error.details.problem);
});
await desk.cancel({ appointmentId: appointment.id });

// A policy for everybody is passed by name, with a reason that the journal keeps.
const evening = { start: "2027-03-22T19:00:00Z", end: "2027-03-22T19:30:00Z" };
await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots: [evening] });
const child = { ...place, ...evening, subjectId: "ben", metadata: { age: "child" } };
const booked = await desk.book({ ...child, override: [{ policy: "no_children_at_night", reason: "A broken arm." }] });
const { items } = await engine.history({ appointmentId: booked.appointment.id });
console.log("journal:", items[0]?.overrides);
await desk.checkIn({ appointmentId: booked.appointment.id });
await storage.close();
