import type { Component } from "./components.ts";
import { propertiesOf } from "./property.ts";
import type { Busy } from "./series.ts";
import type { TimeZones } from "./time-zones.ts";
import { timesOfPeriod } from "./times.ts";

/**
 * The times of a VFREEBUSY that are not free.
 * @throws BookingError `invalid_input`
 */
export function busyOfFreeBusy(component: Component, zones: TimeZones): readonly Busy[] {
  const properties = propertiesOf(component, "FREEBUSY").filter(({ parameters }) => !isFree(parameters.fbtype));
  return properties.flatMap((property) =>
    property.values.map((value): Busy => {
      const { start, end } = timesOfPeriod(value, property, zones);
      return [start, end];
    }),
  );
}

const isFree = (kind: unknown): boolean => String(kind).toUpperCase() === "FREE";
