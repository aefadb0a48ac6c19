import { isRequestError, type RequestError, type ShownReason } from "@slotwright/client";
import { appointmentTransitions, slotTransitions } from "@slotwright/core/client";
import { formatTime } from "../time/format.ts";

/** What an error and a reason of an explanation have in common. */
type Cause = Pick<RequestError, "message" | "details">;

type Say = (cause: Cause, zone: string) => string;

/**
 * Why something was refused, and what can be done, in words for the people of a clinic. The messages of the engine name ids
 * and instants of UTC, which are for its host; what this page does not know is told in their words.
 */
const sentences: Readonly<Record<string, Say>> = {
  slot_booked: () => "Somebody else has taken this time. Choose another one.",
  slot_held: (error, zone) =>
    `Somebody is about to book this time${until(error, zone)}. Choose another one, or look again after that.`,
  slot_withdrawn: () => "This time is no longer offered. Choose another one.",
  slot_blocked: () => "The practice has blocked this time. Choose another one.",
  slot_not_found: () => "This time does not exist any longer. Choose another one.",
  no_slot_available: () =>
    "Nothing is free for all of this time any longer. Choose another one, or ask for an appointment.",
  hold_expired: () =>
    "The time was kept for you for a while, and that is over. Book it without that, or choose another one.",
  hold_not_found: () => "The time is not kept for you any longer. Book it without that, or choose another one.",
  hold_not_owned: (error, zone) => `Somebody else is about to book this time${until(error, zone)}. Choose another one.`,
  time_mismatch: () => "The appointment does not lie within this slot. Choose one that contains all of it.",
  schedule_mismatch: () => "This slot is of another provider, or elsewhere. Choose one that was asked for.",
  appointment_not_found: () => "This appointment cannot be found. Look at the list again.",
  invalid_transition: (error) => transitionOf(error),
  version_conflict: () => "Somebody else has changed it in the meantime. Look at what it is now, and decide anew.",
  forbidden: (error) => `${problemOf(error)} Ask the practice if you need it done.`,
  policy_violation: (error) => problemOf(error),
  not_signed_in: () => "The server does not know who you are. Choose who you are again.",
  not_sent: () => "It was given up before the server answered. Look whether it was done before you do it again.",
  no_answer: () => "The server did not answer. Check the connection, and try it again.",
};

/** The same of a slot that was not to be taken, for those who keep the calendar. */
const keepersSentences: Readonly<Record<string, Say>> = {
  slot_booked: () => "This time is booked. Cancel or move its appointment first.",
  slot_held: (error, zone) =>
    `Somebody is about to book this time${until(error, zone)}. End that first, or look again after that.`,
  slot_withdrawn: () => "This time is no longer offered.",
  slot_blocked: () => "This time is blocked.",
  hold_not_found: () => "This time is not kept for anybody.",
};

function sentenceOf(code: string, { details }: Cause): Say | undefined {
  const { command } = details as { readonly command?: string };
  return (command === undefined ? undefined : keepersSentences[code]) ?? sentences[code];
}

export function whyRefused(error: unknown, zone: string): string {
  if (!isRequestError(error)) return "Something went wrong on this page. Reload it, and look whether it was done.";
  return sentenceOf(error.code, error)?.(error, zone) ?? error.message;
}

/** Why something could not be done now, as far as the engine explains it. */
export const reasonInWords = (reason: ShownReason, zone: string): string =>
  sentenceOf(reason.scenario, reason)?.(reason, zone) ?? reason.message;

const helpSentences = {
  another_time: "Another time may do.",
  later: "Look again later.",
  more_rights: "The practice can make an exception: call there.",
} as const;

/** What may help against all of these reasons, beyond what their sentences say. Empty if nothing does that is known here. */
export function helpInWords(reasons: readonly Pick<ShownReason, "helps">[], sentences: readonly string[]): string {
  const [first, ...others] = reasons;
  const shared = first?.helps.filter((help) => others.every(({ helps }) => helps.includes(help))) ?? [];
  const isSaid = sentences.some((sentence) => sentence.includes("Choose another one"));
  const further = shared.filter((help) => help !== "another_time" || !isSaid);
  return further.map((help) => helpSentences[help]).join(" ");
}

function until({ details }: Cause, zone: string): string {
  const { heldUntil } = details as { readonly heldUntil?: Date };
  return heldUntil === undefined ? "" : `, until ${formatTime(heldUntil, zone)}`;
}

const inWords: Readonly<Record<string, string>> = {
  scheduled: "waiting for a slot",
  confirmed: "confirmed",
  checked_in: "checked in",
  completed: "over",
  cancelled: "cancelled",
  no_show: "marked as missed",
  declined: "declined",
  available: "free",
  held: "kept for somebody",
  booked: "booked",
  blocked: "blocked",
  withdrawn: "withdrawn",
};

interface Transition {
  readonly record?: string;
  readonly from?: string;
  readonly command?: string;
}

function transitionOf({ details, message }: Cause): string {
  const { record = "appointment", from = "", command } = details as Transition;
  // The state is none of the obstacles, and the server knows which it is.
  const table = record === "slot" ? slotTransitions : appointmentTransitions;
  if (table.some((change) => change.from === from && change.by.some((name) => name === command))) return message;
  return `The ${record} is ${inWords[from] ?? "in another state"} by now, so this does not apply to it any longer.`;
}

function problemOf({ details, message }: Cause): string {
  const { problem } = details as { readonly problem?: unknown };
  return typeof problem === "string" ? problem : message;
}
