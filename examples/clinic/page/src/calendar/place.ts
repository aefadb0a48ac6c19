import type { Directory, Facility, Provider } from "../../../people.ts";
import type { Route } from "../shell/route.ts";
import { dateOf, dayOf, daysOf, type LocalDay } from "../time/days.ts";

/** What the calendar shows: whose schedule, where, and which days. */
export interface CalendarPlace {
  readonly provider: Provider;
  readonly facility: Facility;
  readonly zone: string;
  /** The date that was asked for. */
  readonly date: string;
  readonly days: readonly LocalDay[];
}

/** What the address means for this person: a provider who looks begins with their own schedule. */
export function placeOf(route: Route, directory: Directory, now: Date): CalendarPlace | null {
  const { providers, facilities, me } = directory;
  const byId = (id: string | null) => providers.find((provider) => provider.id === id);
  const provider = byId(route.provider) ?? byId(me.id) ?? providers[0];
  if (provider === undefined) return null;
  const own = facilitiesOf(provider, facilities);
  const facility = own.find(({ id }) => id === route.facility) ?? own[0];
  if (facility === undefined) return null;
  const { timeZone: zone } = facility;
  const date = route.day ?? dateOf(now, zone);
  const days = route.span === "day" ? [dayOf(date, zone)] : daysOf(date, zone);
  return { provider, facility, zone, date, days };
}

export function facilitiesOf({ facilityIds }: Provider, facilities: readonly Facility[]): readonly Facility[] {
  return facilities.filter(({ id }) => facilityIds.includes(id));
}
