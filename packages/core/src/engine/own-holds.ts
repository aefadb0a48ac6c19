import { type OpenSeat, openSeatOf } from "../model/open-slot.ts";
import { type Hold, type Slot, type SlotStatus, slotAsOf } from "../model/slot.ts";
import { sha256 } from "./hash.ts";
import type { EngineSettings } from "./options.ts";
import { showInList } from "./visible.ts";

/** What a search says of the holds that are its own. */
export interface HoldsInput {
  readonly holdTokens?: readonly string[] | undefined;
  readonly holderId?: string | undefined;
}

/** Tells which holds are the caller's own. */
export interface OwnHolds {
  /** By what: a token, which nobody else has, or the holder's id, which anybody may say. */
  readonly proofOf: (hold: Pick<Hold, "tokenHash" | "holderId">) => "token" | "holder" | undefined;
  /** A token of the hold, if it was given. */
  readonly tokenOf: (hold: Pick<Hold, "tokenHash">) => string | undefined;
}

/** Undefined if the search says nothing of holds. */
export function ownHoldsIn({ holdTokens = [], holderId }: HoldsInput): OwnHolds | undefined {
  if (holdTokens.length === 0 && holderId === undefined) return undefined;
  const tokens = new Map(holdTokens.map((token) => [sha256(token), token]));
  return {
    proofOf(hold) {
      if (tokens.has(hold.tokenHash)) return "token";
      return holderId !== undefined && hold.holderId === holderId ? "holder" : undefined;
    },
    tokenOf: ({ tokenHash }) => tokens.get(tokenHash),
  };
}

/** The states of slots that may be on offer to the caller. */
export const offeredStatuses = (own: OwnHolds | undefined): readonly SlotStatus[] =>
  own === undefined ? ["available"] : ["available", "held"];

/**
 * The holds that count as the caller's own on this slot. Undefined if it is held by another one, and if the actor names a
 * holder and may not know who holds it.
 */
export async function ownHoldsOn(
  settings: EngineSettings,
  own: OwnHolds | undefined,
  slot: Slot,
  now: Date,
): Promise<OwnHolds | undefined> {
  const proof = slot.hold === null ? undefined : own?.proofOf(slot.hold);
  if (proof !== "holder") return proof && own;
  const isListed = showInList<Slot>(settings, {}, now);
  const shown = isListed === undefined ? slot : await isListed(slot);
  return shown === undefined || shown.hold === null ? undefined : own;
}

/** As what a slot is on offer to the actor of a list. Undefined if it is not. */
export function seatFor(
  settings: EngineSettings,
  own: OwnHolds | undefined,
  filters: object,
  asOf: Date,
): (stored: Slot) => Promise<OpenSeat | undefined> {
  const isListed = showInList<Slot>(settings, filters, asOf);
  return async (stored) => {
    const slot = slotAsOf(stored, asOf);
    const proof = slot.hold === null ? undefined : own?.proofOf(slot.hold);
    if (slot.hold !== null && proof === undefined) return undefined;
    const shown = isListed === undefined ? slot : await isListed(slot);
    // An actor who names a holder must be allowed to know who holds the slot.
    if (shown === undefined || (proof === "holder" && shown.hold === null)) return undefined;
    return proof === undefined ? openSeatOf(slot) : { ...openSeatOf(slot), mine: true };
  };
}
