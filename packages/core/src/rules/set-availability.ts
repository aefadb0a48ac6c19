import { refuse } from "../errors/index.ts";
import { type Availability, availabilityIdOf } from "../model/availability.ts";
import type { Command } from "../model/commands.ts";
import type { Hours } from "../model/hours.ts";
import type { PublishedSlots } from "../model/publish-slots.ts";
import type { RecordKey } from "../model/record.ts";
import type { Replayable } from "../model/replayable.ts";
import { scheduleIdIn } from "../model/schedule.ts";
import { isSameTimeZone } from "../model/time-zone.ts";
import { withRulesOf } from "../model/zone-rules.ts";
import { scheduleFor } from "./create-slots.ts";
import { type Change, changeAvailability, createAvailability, decided, type Rule, type Seen } from "./decision.ts";

/** Hours that have been set. */
export interface ChangedAvailability extends Replayable {
  /** The hours as they are now. Of a dry run, as they would be, with the version that is stored: 0 if there are none. */
  readonly availability: Availability;
  /** What publishing would do until then. Only of a dry run. */
  readonly effect?: PublishedSlots;
}

type SetAvailability = Command<"setAvailability">;

export const availabilityKey = ({
  providerId,
  facilityId,
}: Pick<SetAvailability, "providerId" | "facilityId">): RecordKey => ({
  kind: "availability",
  id: availabilityIdOf(providerId, facilityId),
});

/**
 * Sets the hours of a provider at a facility. The schedule goes along, so that those who publish slots of the hours, or
 * create some, meet the change there.
 */
export const setAvailability: Rule<SetAvailability, ChangedAvailability> = {
  reads: (command, _seen, context) => ({
    keys: [{ kind: "schedule", id: scheduleIdIn(command, context) }, availabilityKey(command)],
  }),

  decide(command, seen, context) {
    const { id } = availabilityKey(command);
    const before = seen.availability(id);
    const actual = before?.version ?? 0;
    const { ifVersion: expected = actual } = command;
    if (expected !== actual) return refuse("version_conflict", { record: "availability", id, expected, actual });
    const { providerId, facilityId, hours } = command;
    const timeZone = command.timeZone ?? before?.timeZone ?? zoneOfSchedule(seen, scheduleIdIn(command, context));
    const schedule = scheduleFor({ providerId, facilityId, timeZone }, seen, context);
    const isSameZone = before !== undefined && isSameTimeZone(before.timeZone, timeZone);
    // What is offered from now on is told by the rules of now.
    const known = isSameZone ? before.zoneRules : [];
    const zoneRules = withRulesOf(timeZone, known, context.now, context.now);
    const content = { providerId, facilityId, timeZone, hours: hours as Hours, zoneRules };
    const change: Change<Availability> =
      before === undefined ? createAvailability(content, id, context) : changeAvailability(before, content, context);
    return decided([schedule, change], { availability: change.record });
  },
};

function zoneOfSchedule(seen: Seen, id: string): string {
  return seen.schedule(id)?.timeZone ?? "UTC";
}
