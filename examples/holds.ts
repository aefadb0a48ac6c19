import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AccessAnswer,
  type AccessRequest,
  type CommandRequest,
  createEngine,
  isBookingError,
  type JournaledRecord,
  maximumHolds,
} from "@slotwright/core";

// People keep times for themselves, and book them. Everybody may know that a time is kept, and only its holder for whom.
function authorize(request: AccessRequest): AccessAnswer {
  const { actor, action } = request;
  if (actor.kind === "provider") return undefined;
  if (action === "command")
    return whoseCommand(request) === actor.id ? undefined : "You can do this for yourself only.";
  if (action === "read" || action === "list") return view(actor.id, request.record);
  // To pass the policy, for example.
  return "Only providers may do this.";
}

/** Nobody's, if it is for providers, as `breakHold` is. */
function whoseCommand({ command, actor, input, appointment }: CommandRequest): unknown {
  switch (command) {
    case "hold":
      return input.holderId;
    case "extend":
    case "release":
      // The token decides.
      return actor.id;
    case "book":
      return input.subjectId;
    case "reschedule":
    case "cancel":
      return appointment?.subjectId;
    default:
      return undefined;
  }
}

function view(id: string, record: JournaledRecord): AccessAnswer {
  if (record.kind === "slot") return record.hold?.holderId === id ? undefined : { hide: ["hold"] };
  return record.kind === "availability" || record.subjectId === id ? undefined : "It is another patient's.";
}

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage, authorize, policies: [maximumHolds({ count: 1 })] });

const place = { providerId: "dr-weber", facilityId: "north" };
const slots = ["09:00", "09:30", "10:00"].map((start, index) => ({
  start: `2027-03-22T${start}:00Z`,
  end: `2027-03-22T${["09:30", "10:00", "10:30"][index]}:00Z`,
}));
const created = await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });
const [nine, half, ten] = created.slots.map(({ id }) => id) as [string, string, string];
const ada = engine.as({ kind: "patient", id: "ada" });
const ben = engine.as({ kind: "patient", id: "ben" });

// Ada has chosen a time, and fills in a form.
const { holdToken, slot } = await ada.hold({ slotId: nine, seconds: 120, holderId: "ada" });
console.log("held by:", slot.hold?.holderId);

// Meanwhile it is on offer to her alone, and nobody else gets it.
const search = { providerIds: ["dr-weber"] };
const forBen = (await ben.findOpen(search)).items;
const forAda = (await ada.findOpen({ ...search, holdTokens: [holdToken] })).items;
console.log("on offer to Ben:", forBen.map(({ start }) => start.toISOString().slice(11, 16)).join(", "));
console.log("on offer to Ada:", forAda.map(({ mine = false }) => (mine ? "mine" : "free")).join(", "));
const held = [ada, ben].map(async (own) => (await own.listSlots({ holderId: "ada" })).items.length);
console.log("of hers, she and Ben see:", (await Promise.all(held)).join(" and "));
await ben.book({ slotId: nine, subjectId: "ben" }).catch((error: unknown) => {
  if (!isBookingError(error, "slot_held")) throw error;
  console.log("ben:", error.code, "until", error.details.heldUntil.getTime() > Date.now() ? "later" : "now");
});

// Nobody keeps more than one time. The policy above says so.
await ada.hold({ slotId: half, holderId: "ada" }).catch((error: unknown) => {
  if (!isBookingError(error, "policy_violation")) throw error;
  console.log("ada:", error.details.problem);
});

// To pass it, or to break a hold, is for providers.
const forProviders = [
  () => ada.hold({ slotId: half, holderId: "ada", override: [{ policy: "maximum_holds", reason: "Both are fine." }] }),
  () => ben.breakHold({ slotId: nine, reason: "I was here first." }),
];
for (const attempt of forProviders) {
  await attempt().catch((error: unknown) => {
    if (!isBookingError(error, "forbidden")) throw error;
    console.log(error.code);
  });
}

// The form takes longer. The hold lasts two minutes from now.
const extended = await ada.extend({ slotId: nine, holdToken, seconds: 120 });
console.log("extended:", extended.slot.version === slot.version + 1);

// The token takes the slot: as a booking, or as the new time of an appointment that exists.
const { appointment } = await ada.book({ slotId: nine, holdToken, subjectId: "ada" });
const moving = await ada.hold({ slotId: half, holderId: "ada" });
await ada.reschedule({ appointmentId: appointment.id, slotId: half, holdToken: moving.holdToken });

// What is not needed any longer is given back. What is forgotten ends by the clock.
const other = await ada.hold({ slotId: ten, holderId: "ada" });
await ada.release({ slotId: ten, holdToken: other.holdToken });
console.log("free again:", (await engine.getSlot(ten)).status);
await storage.close();
