import type { CreatedSoFar } from "../model/create-many-slots.ts";
import type { DoneSoFar } from "../model/done-so-far.ts";
import type { EndedEarly, ErrorCode } from "./details.ts";

/** Whether the call of this error has stored something, which stays. */
export function hasStored({ createdSoFar, doneSoFar }: EndedEarly): boolean {
  return (createdSoFar?.inputs ?? 0) > 0 || Object.values(doneSoFar?.changed ?? {}).some((count) => count > 0);
}

/** A text that holds only if the call of this error has stored nothing. */
export const ifUnchanged = (details: EndedEarly, text: string): string => (hasStored(details) ? "" : text);

/** For developers: what a call that commits part by part has stored, and how to go on. */
export function standing(code: ErrorCode, { createdSoFar, doneSoFar }: EndedEarly): string {
  const isUnknown = code === "outcome_unknown";
  if (createdSoFar !== undefined) return createdStanding(createdSoFar, isUnknown);
  return doneSoFar === undefined ? "" : doneStanding(doneSoFar);
}

function createdStanding({ idempotencyKey, inputs, slots }: CreatedSoFar, isUnknown: boolean): string {
  const goOn = ` To go on, call again with the idempotency key "${idempotencyKey}" and the same inputs`;
  if (inputs === 0) {
    return isUnknown ? ` Perhaps the call's first chunk exists.${goOn}.` : `${goOn}, which may be corrected first.`;
  }
  const first = inputs === 1 ? "the first one has its slots" : `the first ${inputs} have their slots`;
  const rest = isUnknown ? "perhaps the next chunk exists, too" : "nothing was created for those after them";
  const corrected = isUnknown ? "" : `; those from number ${inputs} on, counted from 0, may be corrected first`;
  return ` Of this call's inputs, ${first} (${slots}), which stay; ${rest}.${goOn}${corrected}.`;
}

function doneStanding(done: DoneSoFar): string {
  const counts = Object.entries(done.changed).map(([name, count]) => `${name} ${count}`);
  const stored = hasStored({ doneSoFar: done }) ? ` What it stored before stays: ${counts.join(", ")}.` : "";
  return `${stored} To go on, call ${done.call} again: it finds what is there.`;
}

/** For the person at the screen: what a call that commits part by part has stored before it ended. */
export function storedText(details: EndedEarly): string {
  if (!hasStored(details)) return "";
  const { createdSoFar } = details;
  if (createdSoFar === undefined) return " What was done before that will stay.";
  const { inputs } = createdSoFar;
  return ` ${inputs === 1 ? "The first entry was" : `The first ${inputs} entries were`} created and will stay.`;
}
