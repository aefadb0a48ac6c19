import type { Command } from "../model/commands.ts";
import type { Slot } from "../model/slot.ts";
import { overlaps } from "../model/time-range.ts";
import { type Decision, decided, type Rule } from "./decision.ts";
import { movedTo } from "./hours/moved.ts";
import { type Publication, publicationOf, stretchOf } from "./hours/publication.ts";
import { changesOf, publishSlots } from "./publish-slots.ts";
import { availabilityKey } from "./set-availability.ts";

/** What became of one stretch of time. Of what is stored as a command's answer, only records get their dates back. */
export interface MovedStretch {
  /** Slots that the clocks now show at another time than they did, as they counted before any repair. */
  readonly moved: readonly Slot[];
  /** For each of them, when the clocks now show what they would have shown, in milliseconds since 1970. */
  readonly newStarts: readonly number[];
  /** The ids of those that are withdrawn. */
  readonly withdrawnIds: readonly string[];
  /** Where the next stretch begins, in milliseconds since 1970. */
  readonly to: number;
}

/**
 * Publishes at its new time what was published by other rules of the zone, and withdraws it where the hours do not offer it any
 * more. What was made for a booking stays with it, and is told. It publishes nothing else: how far slots are published is for the host to say.
 */
export const moveSlots: Rule<Command<"publishSlots">, MovedStretch> = {
  reads: publishSlots.reads,

  decide(command, seen, context): Decision<MovedStretch> {
    const availability = seen.availability(availabilityKey(command).id);
    // Nobody deletes hours but by hand.
    if (availability === undefined)
      return decided([], { moved: [], newStarts: [], withdrawnIds: [], to: command.until.getTime() });
    const stretch = stretchOf(availability, command.from, command.until);
    const publication = publicationOf(availability, stretch, seen.found, context.now);
    const newStart = movedTo(availability);
    const moved = publication.ofHours.flatMap((slot) => {
      const start = newStart(slot);
      return start === undefined ? [] : [{ slot, start }];
    });
    const withdrawn = new Set(publication.withdrawn.filter((slot) => moved.some((one) => one.slot === slot)));
    const created = replacements(publication, moved, withdrawn);
    const published = { command, availability, created, withdrawn: [...withdrawn], until: stretch.end };
    // A free slot that the hours offer at the time that the clocks now show is nobody's, and stays.
    const told = moved.filter(({ slot }) => slot.status !== "available" || withdrawn.has(slot));
    const result = {
      moved: told.map(({ slot }) => slot),
      newStarts: told.map(({ start }) => start.getTime()),
      withdrawnIds: [...withdrawn].map(({ id }) => id),
      to: publication.to.getTime(),
    };
    const staying = told.filter(({ slot }) => !withdrawn.has(slot)).map(({ slot }) => slot);
    return decided(changesOf(published, seen, context), result, [...publication.restsOn, ...staying]);
  },
};

interface Moved {
  readonly slot: Slot;
  readonly start: Date;
}

/** The new times of those that are free, as far as the hours offer them, and nothing that stays is in the way. */
function replacements({ created, withdrawn }: Publication, moved: readonly Moved[], gone: ReadonlySet<Slot>) {
  const free = moved.filter(({ slot }) => slot.status === "available");
  const wanted = new Set(free.map(({ slot, start }) => timeOf(start, slot.seat)));
  const staying = withdrawn.filter((slot) => !gone.has(slot));
  return created.filter(
    (one) =>
      wanted.has(timeOf(one.start, one.seat)) &&
      !staying.some((other) => other.seat === one.seat && overlaps(other, one)),
  );
}

const timeOf = (start: Date, seat: number): string => `${start.getTime()} ${seat}`;
