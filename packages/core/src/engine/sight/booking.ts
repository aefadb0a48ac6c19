import { BookingError } from "../../errors/index.ts";
import type { Slot } from "../../model/slot.ts";
import type { PlaceInTime, TimeRange } from "../../model/time-range.ts";
import type { Actor } from "../../model/values.ts";
import type { Context } from "../../rules/decision.ts";
import { rules } from "../../rules/index.ts";
import type { CommandAndRule } from "../decide.ts";
import { sha256 } from "../hash.ts";
import type { EngineSettings } from "../options.ts";
import type { OwnHolds } from "../own-holds.ts";
import { parseCommand } from "../parse-command.ts";
import type { Envelope } from "../request.ts";

/** For whom a search is made, and by whom. */
export interface Booker {
  readonly actor: Actor;
  readonly subjectId: string;
}

/**
 * Who would book, if it is asked for a subject.
 * @param call The method that is called, for the message.
 * @throws BookingError `invalid_input` if it is not known who would book
 */
export function bookerFor(
  { actor }: EngineSettings,
  subjectId: string | undefined,
  call: "findOpen" | "findTimes" | "nextTimes" | "countTimes" | "explain",
): Booker | undefined {
  if (subjectId === undefined) return undefined;
  if (actor !== undefined) return { actor, subjectId };
  const message = `needs an engine of the actor who would book: engine.as(actor).${call}(…)`;
  throw new BookingError("invalid_input", { issues: [{ path: "subjectId", code: "needs_another_field", message }] });
}

/** Bookings that are decided, and never made. */
export interface ImaginedBookings {
  readonly context: Context;
  /** The booking of this slot, with nothing that a caller may leave out. */
  readonly bookingOf: (slotId: string, holdToken?: string) => CommandAndRule;
  /** The booking of a time for which there is no slot. */
  readonly bookingAt: (place: PlaceInTime) => CommandAndRule;
}

/** @param time A part of the slot. Default: all of it. */
export function imaginedBookings(
  { overlapScope, newId, newToken }: EngineSettings,
  { actor, subjectId }: Booker,
  now: Date,
  time?: TimeRange,
): ImaginedBookings {
  const command = { name: "book", id: newId() } as const;
  const usual = parseCommand("book", { slotId: "any", subjectId, ...time }, actor) as Envelope;
  const anywhere = { providerId: "any", facilityId: "any", start: now, end: new Date(now.getTime() + 60_000) };
  const usualAt = parseCommand("book", { subjectId, ...anywhere }, actor) as Envelope;
  const rule = rules.book as never;
  return {
    context: { now, command, actor, reason: null, overlapScope, newId, newToken, hash: sha256 },
    bookingOf: (slotId, holdToken) => ({
      name: "book",
      command: { ...usual, slotId, ...(holdToken !== undefined && { holdToken }) } as Envelope,
      rule,
    }),
    bookingAt: ({ providerId, facilityId, start, end }) => {
      const command = { ...usualAt, providerId, facilityId, start, end };
      return { name: "book", command: command as Envelope, rule };
    },
  };
}

/** What is decided about a slot. */
export interface BookingOfSlot {
  readonly booking: CommandAndRule;
  readonly context: Context;
}

/**
 * The booking of a slot, and of one that is held as its holder would book it.
 * @param own The holds that are the caller's own.
 */
export function bookingOfSlot(
  { bookingOf, context }: ImaginedBookings,
  { id, hold }: Slot,
  own: OwnHolds | undefined,
): BookingOfSlot {
  if (hold === null || own?.proofOf(hold) === undefined) return { booking: bookingOf(id), context };
  // The token of a holder who says who they are is not known. It is the one that this hold was made with.
  const asHolder = { ...context, hash: () => hold.tokenHash };
  return { booking: bookingOf(id, own.tokenOf(hold) ?? "its own"), context: asHolder };
}
