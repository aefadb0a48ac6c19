import type { Context } from "../../rules/decision.ts";
import type { Surroundings } from "../../storage/adapter.ts";
import type { Loaded } from "../load-records.ts";
import { type Look, lookedAround } from "./look-around.ts";

/** Where an attempt has looked, in which of its reads, and what it was told. */
export interface Looked {
  readonly look: Look;
  readonly read: number;
  readonly answers: readonly Surroundings[];
}

/** A hold that has run out while it was read has run out for the policies, as for the rule. */
export function letHoldsRunOut({ records: { seen }, looked }: Loaded, { now }: Pick<Context, "now">): void {
  const { around, ofHolder } = seen;
  const isOver = ({ heldUntil }: { readonly heldUntil: Date | null }) => heldUntil !== null && heldUntil <= now;
  if (around !== undefined && looked?.answers.some(({ slots }) => slots.some(isOver))) {
    seen.around = lookedAround(looked.look.arounds, looked.answers, { now }, around.timeZone).around;
  }
  if (ofHolder !== undefined) {
    seen.ofHolder = { ...ofHolder, slots: ofHolder.slots.filter(({ hold }) => hold !== null && hold.expiresAt > now) };
  }
}
