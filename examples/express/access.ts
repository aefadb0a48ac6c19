import type { AccessAnswer, AccessRequest, Authorize } from "@slotwright/core";

/**
 * Patients see their own appointments, and slots without whose they are. Everybody else sees everything. A real host has
 * rules for commands, too.
 */
export const authorize: Authorize = (request) => {
  switch (request.action) {
    case "command":
      return undefined;
    case "read":
    case "list":
    case "history":
      return request.actor.kind === "patient" ? asPatient(request) : undefined;
    default:
      return "No route leads here.";
  }
};

type ViewRequest = Extract<AccessRequest, { readonly action: "read" | "list" | "history" }>;

function asPatient(request: ViewRequest): AccessAnswer {
  const { actor, record } = request;
  if (record.kind === "appointment") return record.subjectId === actor.id ? undefined : "It is another patient's.";
  if (request.action !== "history") return { hide: ["appointmentId", "hold"] };
  return request.entry.actor.id === actor.id ? undefined : { hide: ["actor", "reason"] };
}
