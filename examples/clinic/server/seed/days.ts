import { Temporal } from "temporal-polyfill";
import { facilities } from "../../people.ts";
import { type Hours, holidays, type Schedule } from "./hours.ts";

/** A slot as a day of the plan has it, with all its seats. */
export interface PlannedSlot {
  /** Tells it from all others of the plan. */
  readonly key: string;
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly seats: number;
  readonly service: string;
  /** Why nobody can book it. */
  readonly blocked: string | undefined;
}

/** A day in every three weeks on which everybody is away. */
const training = { weekday: 5, everyWeeks: 3, reason: "Training" } as const;

/** The slots that a schedule has on a day, in the order of time. */
export function slotsOn(schedule: Schedule, date: Temporal.PlainDate): readonly PlannedSlot[] {
  const zone = zoneOf(schedule.facilityId);
  const closed = closedOn(schedule.facilityId, date);
  return schedule.hours
    .filter(({ weekdays, isComputed }) => weekdays.includes(date.dayOfWeek) && isComputed !== true)
    .flatMap((hours) => cut(hours, date, zone).map((range) => ({ hours, ...range })))
    .map(({ hours: { service, seats = 1, blocked }, start, end }) => {
      const key = `${schedule.providerId}/${schedule.facilityId}/${start}`;
      return { key, start, end, seats, service, blocked: blocked ?? closed };
    });
}

export function zoneOf(facilityId: string): string {
  const facility = facilities.find(({ id }) => id === facilityId);
  if (facility === undefined) throw new Error(`There is no facility ${facilityId}.`);
  return facility.timeZone;
}

function closedOn(facilityId: string, date: Temporal.PlainDate): string | undefined {
  const weeks = Math.floor(date.since("1970-01-05").days / 7);
  if (date.dayOfWeek === training.weekday && weeks % training.everyWeeks === 0) return training.reason;
  return holidays[facilityId]?.[date.toString().slice(5)];
}

interface Range {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

/** Slots of some length last that long, whatever the clocks do; one without a length ends when the clocks say so. */
function cut({ from, to, minutes }: Hours, date: Temporal.PlainDate, zone: string): readonly Range[] {
  const end = instantAt(date, to, zone);
  const ranges: Range[] = [];
  for (let start = instantAt(date, from, zone); ; ) {
    const next = minutes === undefined ? end : start.add({ minutes });
    if (Temporal.Instant.compare(next, end) > 0) return ranges;
    ranges.push({ start, end: next });
    if (next.equals(end)) return ranges;
    start = next;
  }
}

/** @throws RangeError where the clocks skip this time or show it twice: a guess would be an hour off */
export function instantAt(date: Temporal.PlainDate, time: string, zone: string): Temporal.Instant {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const day = date.add({ days: Math.floor(hours / 24) });
  const wall = day.toPlainDateTime({ hour: hours % 24, minute: minutes });
  return wall.toZonedDateTime(zone, { disambiguation: "reject" }).toInstant();
}
