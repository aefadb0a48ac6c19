import { type Hours as EngineHours, type WeeklyHours, weekdays } from "@slotwright/core";
import type { Temporal } from "temporal-polyfill";
import { zoneOf } from "./days.ts";
import { type Hours, type Schedule, schedules } from "./hours.ts";
import type { Step } from "./steps.ts";

const dayMinutes = 24 * 60;

/** The hours of each schedule as the page shows and edits them. They are set once: visitors may have changed them since. */
export function hoursSteps(at: Temporal.Instant): readonly Step[] {
  return schedules.map((schedule) => ({ at, order: 0, isAwaited: false, run: (engine) => setHours(engine, schedule) }));
}

const setHours = (engine: Parameters<Step["run"]>[0], { providerId, facilityId, hours }: Schedule): Promise<unknown> =>
  engine.setAvailability({
    actor: { kind: "provider", id: providerId },
    providerId,
    facilityId,
    timeZone: zoneOf(facilityId),
    hours: hoursOf(hours),
    idempotencyKey: `${providerId}/${facilityId}/hours`,
  });

/** What is blocked is not on offer. */
function hoursOf(hours: readonly Hours[]): EngineHours {
  const weekly = hours.filter(({ blocked }) => blocked === undefined).map(weeklyOf);
  const minutes = weekly[0]?.offer?.minutes ?? 30;
  const isComputed = hours.some(({ isComputed }) => isComputed);
  return { ...(isComputed && { openings: "computed" as const }), offer: { minutes }, weekly };
}

/** A window that begins after midnight is one of the day after. */
function weeklyOf({ weekdays: numbers, from, to, minutes, seats }: Hours): WeeklyHours {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  const later = Math.floor(begins / dayMinutes);
  return {
    days: numbers.map((number) => weekdays[(number - 1 + later) % 7] as (typeof weekdays)[number]),
    from: begins - later * dayMinutes,
    to: ends - later * dayMinutes,
    offer: { minutes: minutes ?? ends - begins, ...(seats !== undefined && { capacity: seats }) },
  };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
