import type { ShownAppointment } from "@slotwright/client";
import { type RequestState, requestState } from "@slotwright/core/client";

type Status = ShownAppointment["status"];

export const statusWords: Readonly<Record<Status, string>> = {
  scheduled: "Waiting for an answer",
  confirmed: "Confirmed",
  checked_in: "You are checked in",
  completed: "Took place",
  cancelled: "Cancelled",
  no_show: "Missed",
  declined: "Declined",
};

const requestWords: Readonly<Record<RequestState, string | null>> = {
  open: null,
  offered: "Another time is offered",
  expired: "Not answered in time",
  answered: null,
};

/** What becomes of it, by the clock, too. */
export function stateInWords(appointment: ShownAppointment, now: Date): string {
  return requestWords[requestState(appointment, now)] ?? statusWords[appointment.status];
}

/** A shape for each state, beside its colour. */
export const statusSigns: Readonly<Record<Status, string>> = {
  scheduled: "…",
  confirmed: "✓",
  checked_in: "●",
  completed: "✓",
  cancelled: "×",
  no_show: "–",
  declined: "×",
};

/** Whether it is still to come, or under way. */
export const isAhead = ({ end }: Pick<ShownAppointment, "end">, now: number): boolean => end.getTime() > now;

const over: readonly Status[] = ["completed", "cancelled", "no_show", "declined"];

export const isOver = ({ status }: Pick<ShownAppointment, "status">): boolean => over.includes(status);

/** A text of the metadata, if it is one. */
export function textIn(metadata: ShownAppointment["metadata"] | null, name: string): string | null {
  const text = metadata?.[name];
  return typeof text === "string" && text.trim() !== "" ? text : null;
}
