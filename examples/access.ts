import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AccessAnswer,
  type AccessRequest,
  type Actor,
  type CommandName,
  createEngine,
  isBookingError,
  type JournaledRecord,
} from "@slotwright/core";

// What patients do, with their own appointments. To accept a request or to check somebody in is not among it.
const commandsOfPatients: readonly CommandName[] = [
  "book",
  "request",
  "acceptOffer",
  "declineOffer",
  "reschedule",
  "cancel",
];

// The rules of this house. A patient sees their own appointments and does what is theirs. The desk sees all of them, but
// not whose they are. A provider may do and see everything.
function authorize(request: AccessRequest): AccessAnswer {
  const { actor } = request;
  if (actor.kind === "provider") return undefined;
  switch (request.action) {
    case "command": {
      const { command, input, appointment } = request;
      if (actor.kind !== "patient" || !commandsOfPatients.includes(command)) return "Only providers may do this.";
      const subjectId = command === "book" || command === "request" ? input.subjectId : appointment?.subjectId;
      return subjectId === actor.id ? undefined : "You can change your own appointments.";
    }
    case "read":
    case "list":
      return view(actor, request.record);
    case "history":
      return { hide: ["actor", "reason"] };
    case "changes": {
      const seen = view(actor, request.record);
      return typeof seen === "string" ? seen : { hide: [...(seen?.hide ?? []), "actor", "reason"] };
    }
    default:
      // `override` and `reconcile`, and what this function does not know.
      return "Only providers may do this.";
  }
}

function view(actor: Actor, record: JournaledRecord): AccessAnswer {
  // Everybody may know the hours.
  if (record.kind === "availability") return undefined;
  if (record.kind === "slot") return { hide: ["appointmentId", "hold"] };
  if (actor.kind === "desk") return { hide: ["subjectId"] };
  return record.subjectId === actor.id ? undefined : "It is another patient's.";
}

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage, authorize });

// One engine for each request: its actor comes from your session, and its inputs cannot name another one.
const [weber, ada, ben, desk] = [
  engine.as({ kind: "provider", id: "dr-weber" }),
  engine.as({ kind: "patient", id: "ada" }),
  engine.as({ kind: "patient", id: "ben" }),
  engine.as({ kind: "desk", id: "front" }),
];

const place = { providerId: "dr-weber", facilityId: "north-clinic" };
const nine = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
await weber.createSlots({ ...place, slots: [nine] });
const { appointment } = await ada.book({ ...place, ...nine, subjectId: "ada" });

const counts = [ada, ben, desk].map(async (own) => (await own.listAppointments({})).items.length);
console.log("appointments that ada, ben and the desk see:", (await Promise.all(counts)).join(", "));

// Null, and TypeScript knows that it may be: the type is `string | null`.
const { subjectId } = await desk.getAppointment(appointment.id);
console.log("its subject, for the desk:", subjectId);

// Ben learns of Ada's appointment what he would learn of one that does not exist, whether he reads or cancels it.
const attempts = [() => ben.getAppointment(appointment.id), () => ben.cancel({ appointmentId: appointment.id })];
for (const attempt of attempts) {
  await attempt().catch((error: unknown) => {
    if (!isBookingError(error)) throw error;
    console.log("ben:", error.code);
  });
}

// The desk can see it, and is told why it may not cancel it.
await desk.cancel({ appointmentId: appointment.id }).catch((error: unknown) => {
  if (!isBookingError(error, "forbidden")) throw error;
  console.log("desk:", error.details.problem);
});

// Nor does it learn whose it is from who booked it.
const { entries } = await desk.changes({ after: null });
console.log("who booked it, for the desk:", entries.find(({ command }) => command === "book")?.actor);

// Ada may ask for a time. Whether she gets it is for a provider to say, and so is whether she has come.
const ten = { start: "2027-03-22T10:00:00+01:00", end: "2027-03-22T10:30:00+01:00" };
const asked = await ada.request({ ...place, ...ten, subjectId: "ada" });
await weber.createSlots({ ...place, slots: [ten] });
const appointmentId = asked.appointment.id;
for (const attempt of [() => ada.accept({ appointmentId }), () => ada.checkIn({ appointmentId: appointment.id })]) {
  await attempt().catch((error: unknown) => {
    if (!isBookingError(error, "forbidden")) throw error;
    console.log("ada:", error.details.problem);
  });
}
console.log("by Dr Weber:", (await weber.accept({ appointmentId })).appointment.status);

// Reads of the engine itself are your own. Nobody is asked.
console.log("its subject, for your program:", (await engine.getAppointment(appointment.id)).subjectId);
await storage.close();
