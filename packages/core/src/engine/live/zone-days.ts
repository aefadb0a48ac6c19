import { type DayAt, zoneClock } from "../../model/zone-clock.ts";

/** Remembers the days of places. */
export function createZones() {
  let ofPlaces: { readonly table: object; readonly days: DayAt[] } | undefined;

  return {
    /** The days of each place, in this zone or else in the zone of the place. */
    daysOf(table: object, timeZone: string | undefined, zoneOf: (place: number) => string): (place: number) => DayAt {
      if (timeZone !== undefined) {
        const { dayAt } = zoneClock(timeZone);
        return () => dayAt;
      }
      if (ofPlaces?.table !== table) ofPlaces = { table, days: [] };
      const { days } = ofPlaces;
      return (place) => {
        days[place] ??= zoneClock(zoneOf(place)).dayAt;
        return days[place];
      };
    },
  };
}
