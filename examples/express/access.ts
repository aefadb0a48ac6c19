import type { AccessAnswer, AccessRequest, Authorize, CommandName } from "@slotwright/core";

/** What patients do: with their own appointments, and with slots that nobody has yet. */
const commandsOfPatients: readonly CommandName[] = [
  "book",
  "request",
  "acceptOffer",
  "declineOffer",
  "cancel",
  "reschedule",
  "hold",
  "extend",
  "release",
];

/** Patients see and change their own appointments, and see slots without whose they are. The staff may do everything. */
export const authorize: Authorize = (request) => {
  if (request.actor.kind !== "patient") return undefined;
  switch (request.action) {
    case "command":
      return commandOfPatient(request);
    case "override":
    case "reconcile":
      return "Only the staff may do that.";
    default:
      return viewOfPatient(request);
  }
};

type CommandRequest = Extract<AccessRequest, { readonly action: "command" }>;

function commandOfPatient({ actor, command, input, appointment }: CommandRequest): AccessAnswer {
  if (!commandsOfPatients.includes(command)) return "Only the staff may do that.";
  const subjectId = command === "book" || command === "request" ? input.subjectId : appointment?.subjectId;
  return subjectId === undefined || subjectId === actor.id ? undefined : "It is another patient's.";
}

type ViewRequest = Exclude<AccessRequest, { readonly action: "command" | "override" | "reconcile" }>;

function viewOfPatient(request: ViewRequest): AccessAnswer {
  const { actor, record } = request;
  if (record.kind === "appointment") return record.subjectId === actor.id ? undefined : "It is another patient's.";
  // A hold says until when, and never whose: a page that shows free times has to know when one ends.
  const isOfOthers = "entry" in request && request.entry.actor.id !== actor.id;
  return { hide: isOfOthers ? ["appointmentId", "actor", "reason"] : ["appointmentId"] };
}
