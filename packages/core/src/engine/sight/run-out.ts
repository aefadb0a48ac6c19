import type { SubjectAppointment, TakenSlot } from "../../model/agenda.ts";
import { requestState } from "../../model/appointment-request.ts";
import type { Context } from "../../rules/decision.ts";
import { zonesSeenIn } from "../../rules/sight.ts";
import type { Surroundings } from "../../storage/adapter.ts";
import type { Loaded } from "../load-records.ts";
import { type Look, lookedAround } from "./look-around.ts";

/** Where an attempt has looked, in which of its reads, and what it was told. */
export interface Looked {
  readonly look: Look;
  readonly read: number;
  readonly answers: readonly Surroundings[];
}

/** What has run out while it was read, a hold or a request, has run out for the policies, as for the rule. */
export function letRunOut({ records: { seen }, looked }: Loaded, { now }: Pick<Context, "now">): void {
  const { around, ofHolder } = seen;
  const isFree = ({ heldUntil }: TakenSlot) => heldUntil !== null && heldUntil <= now;
  const isExpired = (one: SubjectAppointment) => requestState(one, now) === "expired";
  const isOver = ({ slots, appointments }: Surroundings) => slots.some(isFree) || appointments.some(isExpired);
  if (around !== undefined && looked?.answers.some(isOver)) {
    seen.around = lookedAround(looked.look.arounds, looked.answers, { now }, zonesSeenIn(around)).around;
  }
  if (ofHolder !== undefined) {
    seen.ofHolder = { ...ofHolder, slots: ofHolder.slots.filter(({ hold }) => hold !== null && hold.expiresAt > now) };
  }
}
