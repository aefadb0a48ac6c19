import { Temporal } from "temporal-polyfill";
import type { Provider } from "../../../../people.ts";
import { addDays, dateOf } from "../../time/days.ts";
import type { Wish } from "../find/search.ts";

/** Whom somebody is asked for, and where. */
export interface RequestPlace {
  readonly providerId: string;
  readonly facilityId: string;
}

/** What a search was about, or else the first provider of the facility. */
export function placeOf({ providerId, facilityId }: Wish, providers: readonly Provider[]): RequestPlace {
  const provider = providers.find(
    ({ id, facilityIds }) =>
      id === providerId || (providerId === null && facilityIds.includes(facilityId ?? facilityIds[0] ?? "")),
  );
  return { providerId: provider?.id ?? "", facilityId: facilityId ?? provider?.facilityIds[0] ?? "" };
}

/** A time that is asked for, by the clock of the facility. */
export interface Request extends RequestPlace {
  readonly date: string;
  readonly time: string;
  readonly minutes: number;
}

/** How long an appointment may be, in minutes. */
export const lengths = [15, 30, 45, 60, 120, 480] as const;

/** The last day that can be asked for: the practice's waiting list reaches so many days ahead. */
export const lastDay = (zone: string, days: number, now: Date = new Date()): string => addDays(dateOf(now, zone), days);

/** Why the time cannot be asked for, as a sentence. Null if it can, or is not complete. */
export function problemIn(request: Request, zone: string, days: number, now: Date = new Date()): string | null {
  if (request.date === "" || request.time === "") return null;
  if (timesOf(request, zone).start <= now) return "This time is over. Choose a later one.";
  const isTooFar = request.date > lastDay(zone, days, now);
  return isTooFar ? `This is more than ${days} days ahead. Choose an earlier day.` : null;
}

/** The instants of what was asked for, by the clock of the facility. */
export function timesOf({ date, time, minutes }: Request, zone: string): { readonly start: Date; readonly end: Date } {
  const start = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds;
  return { start: new Date(start), end: new Date(start + minutes * 60_000) };
}
