import { type ErrorDetails, type Refusal, refuse } from "../errors/index.ts";
import type { Slot } from "../model/slot.ts";
import type { PlaceInTime } from "../model/time-range.ts";
import { searchFreeSlot, searchHeldSlot } from "./choose-slot.ts";
import type { Context, Reads, Seen } from "./decision.ts";
import { openingReads } from "./open-seat.ts";

/** Tokens of holds, as a command has them. */
export interface WithTokens {
  readonly holdToken?: string | readonly string[] | undefined;
}

export const tokensIn = ({ holdToken = [] }: WithTokens): readonly string[] => [holdToken].flat();

/** Whether the slot, as it is stored, has a hold of one of these tokens. */
export function isHeldBy(tokens: readonly string[], slot: Slot | undefined, { hash }: Pick<Context, "hash">): boolean {
  return slot?.status === "held" && slot.hold !== null && tokens.map(hash).includes(slot.hold.tokenHash);
}

/**
 * What a command that names a time has to see: with tokens, the slot that they hold there, and nothing else, because a token means
 * a hold. Otherwise a free slot, or else what tells whether the time is a computed opening, unless further slots are taken.
 */
export function readsForTime(
  place: PlaceInTime,
  tokens: readonly string[],
  seen: Seen,
  context: Context,
  alsoSlotIds: readonly string[] = [],
): Pick<Reads, "search" | "further"> {
  if (tokens.length > 0) return { search: searchHeldSlot(place, tokens, alsoSlotIds, context) };
  const search = searchFreeSlot(place, alsoSlotIds);
  return alsoSlotIds.length > 0 ? { search } : { search, further: () => openingReads(place, seen, context) };
}

/** The refusal of a time for which there is no slot: no free one, or, with tokens, none that they hold. */
export function refuseTime(
  { providerId, facilityId, start, end }: PlaceInTime,
  tokens: readonly string[],
  about: Pick<ErrorDetails["no_slot_available"], "appointmentId" | "command"> = {},
): Refusal {
  return refuse("no_slot_available", {
    ...about,
    providerId,
    facilityId,
    start,
    end,
    ...(tokens.length > 0 && { holdsNone: true }),
  });
}
