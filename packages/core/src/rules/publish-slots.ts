import { refuse } from "../errors/index.ts";
import type { Availability } from "../model/availability.ts";
import type { Command } from "../model/commands.ts";
import { limits } from "../model/limits.ts";
import { scheduleIdIn } from "../model/schedule.ts";
import { overlapping } from "../model/search.ts";
import { type Slot, slotStatuses } from "../model/slot.ts";
import { scheduleFor } from "./create-slots.ts";
import {
  type Change,
  type Context,
  changeSlot,
  createSlotsAlike,
  type Decision,
  decided,
  type Reads,
  type Rule,
  type Seen,
} from "./decision.ts";
import { type Publication, publicationOf, stretchOf } from "./hours/publication.ts";
import { withdrawLapsed } from "./lapsed.ts";
import { renewedRules } from "./renewed-rules.ts";
import { availabilityKey } from "./set-availability.ts";

type PublishSlots = Command<"publishSlots">;

/** What became of one stretch of time. */
export interface PublishedStretch {
  readonly created: number;
  readonly kept: number;
  readonly withdrawn: number;
  readonly obstructed: number;
  readonly outside: readonly Slot[];
  readonly outsideCount: number;
  /** Where the next stretch begins, in milliseconds since 1970. */
  readonly to: number;
}

/** What a dry run goes by besides what is stored. */
interface Supposed {
  /** Hours that are not stored yet. */
  readonly availability?: Availability | undefined;
  /** Slots that earlier stretches would have withdrawn, by their ids. */
  readonly gone: ReadonlySet<string>;
}

/**
 * Makes the slots from an instant on agree with the hours, as far as one commit goes. It writes the schedule, as a change of the
 * hours does, so a decision on other hours is stale. If nothing is to be done, nothing is written.
 */
export const publishSlots = publishing();

/** @param dry Of a dry run: what it goes by besides what is stored. */
export function publishing(dry?: Supposed): Rule<PublishSlots, PublishedStretch> {
  const hoursOf = (command: PublishSlots, seen: Seen) =>
    dry?.availability ?? seen.availability(availabilityKey(command).id);
  const asLeft = (slot: Slot): Slot => (dry?.gone.has(slot.id) ? { ...slot, status: "withdrawn" } : slot);
  return {
    reads(command, seen, context): Reads {
      const scheduleId = scheduleIdIn(command, context);
      const keys = [{ kind: "schedule", id: scheduleId } as const, availabilityKey(command)];
      const availability = hoursOf(command, seen);
      if (availability === undefined) return { keys };
      const { from, end } = stretchOf(availability, command.from, command.until);
      const range = overlapping({ start: from, end });
      return { keys, search: { ...range, providerIds: [command.providerId], scheduleId, statuses: slotStatuses } };
    },

    decide(command, seen, context): Decision<PublishedStretch> {
      const { providerId, facilityId } = command;
      const availability = hoursOf(command, seen);
      if (availability === undefined) return refuse("availability_not_found", { providerId, facilityId });
      const stretch = stretchOf(availability, command.from, command.until);
      const publication = publicationOf(availability, stretch, seen.found.map(asLeft), context.now);
      const { created, kept, withdrawn, obstructed, outside, restsOn, to } = publication;
      const changes = changesOf({ command, availability, created, withdrawn, until: stretch.end }, seen, context);
      const result = {
        created: created.length,
        kept,
        withdrawn: withdrawn.length,
        obstructed,
        outside: outside.slice(0, limits.outsideSlots),
        outsideCount: outside.length,
        to: to.getTime(),
      };
      return decided(changes, result, restsOn);
    },
  };
}

interface Published {
  readonly command: Pick<PublishSlots, "providerId" | "facilityId">;
  readonly availability: Availability;
  readonly created: Publication["created"];
  readonly withdrawn: readonly Slot[];
  /** By which instant the last slot ends. */
  readonly until: Date;
}

/** The slots, with the schedule, and the hours if these have other rules of the zone than the new slots are published by. */
export function changesOf(
  { command: { providerId, facilityId }, availability, created, withdrawn, until }: Published,
  seen: Seen,
  context: Context,
): readonly Change[] {
  if (created.length + withdrawn.length === 0) return [];
  const { timeZone } = availability;
  const place = { scheduleId: scheduleIdIn({ providerId, facilityId }, context), providerId, facilityId };
  return [
    scheduleFor({ providerId, facilityId, timeZone }, seen, context),
    ...(created.length === 0 ? [] : renewedRules(availability, { end: until }, context)),
    ...withdrawn.map((slot) => changeSlot(slot, { status: "withdrawn", hold: null }, context)),
    ...withdrawLapsed(seen.found, created, context),
    ...createSlotsAlike(
      created.map((seat) => ({ ...place, ...seat, metadata: {} })),
      context,
    ),
  ];
}
