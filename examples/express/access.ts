import type {
  AccessAnswer,
  AccessRequest,
  Actor,
  Authorize,
  CommandName,
  HideableField,
  JournalEntry,
  Slot,
} from "@slotwright/core";

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
    case "read":
    case "list":
    case "history":
    case "changes":
      return viewOfPatient(request);
    default:
      // `override` and `reconcile`, and what this function does not know.
      return "Only the staff may do that.";
  }
};

type CommandRequest = Extract<AccessRequest, { readonly action: "command" }>;

function commandOfPatient({ actor, command, input, appointment }: CommandRequest): AccessAnswer {
  if (!commandsOfPatients.includes(command)) return "Only the staff may do that.";
  const { holderId = actor.id } = input;
  if (command === "hold" && holderId !== actor.id) return "You can keep times for yourself only.";
  const subjectId = command === "book" || command === "request" ? input.subjectId : appointment?.subjectId;
  return subjectId === undefined || subjectId === actor.id ? undefined : "It is another patient's.";
}

type ViewRequest = Exclude<AccessRequest, { readonly action: "command" | "override" | "reconcile" }>;

function viewOfPatient(request: ViewRequest): AccessAnswer {
  const { actor, record } = request;
  if (record.kind === "appointment") return record.subjectId === actor.id ? undefined : "It is another patient's.";
  const entry = "entry" in request ? request.entry : undefined;
  const isOfOthers = entry !== undefined && entry.actor.id !== actor.id;
  return {
    hide: [
      "appointmentId",
      ...(isOfOthers ? (["actor", "reason"] as const) : []),
      // Everybody may know the hours.
      ...(record.kind === "slot" ? hiddenIn([record, ...valuesIn(entry)], actor) : []),
    ],
  };
}

type SlotValues = Partial<Pick<Slot, "hold" | "metadata">>;

/** What the slot had before an entry and after it, as far as the entry changed it: there, it may name an earlier holder. */
function valuesIn(entry: JournalEntry | undefined): readonly SlotValues[] {
  const { hold, metadata } = entry?.changes ?? {};
  return [
    { hold: hold?.from, metadata: metadata?.from },
    { hold: hold?.to, metadata: metadata?.to },
  ] as readonly SlotValues[];
}

/**
 * A hold says until when, which a page that shows free times has to know. One that names its holder is shown to nobody else.
 * The mark of a busy time names the calendar that it is from.
 */
function hiddenIn(values: readonly SlotValues[], actor: Actor): readonly HideableField[] {
  return values.flatMap(({ hold, metadata }) => {
    const holderId = hold?.holderId ?? actor.id;
    const hidesHold = holderId !== actor.id;
    return [
      ...(hidesHold ? (["hold"] as const) : []),
      ...(metadata?.busy === undefined ? [] : (["metadata"] as const)),
    ];
  });
}
