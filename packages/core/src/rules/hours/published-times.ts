import type { Availability } from "../../model/availability.ts";
import type { ParsedHours } from "../../model/hours.ts";
import { zoneClock } from "../../model/zone-clock.ts";
import { type OpenTime, openTimes } from "./openings.ts";

/**
 * What slots are published of: the openings of hours that start within a range, none of which overlap. Where the step is
 * shorter than an opening lasts, those are left out that would overlap the one before, counted from the start of the
 * window. So it does not matter where the range begins.
 */
export function publishedTimes({ hours, timeZone }: Availability, from: number, to: number): Iterable<OpenTime> {
  // A stored record has what the schema of the input has made of the hours.
  return openTimes(oneAfterAnother(hours as ParsedHours), zoneClock(timeZone), from, to);
}

function oneAfterAnother(hours: ParsedHours): ParsedHours {
  const spaced = <Window extends { readonly offer?: Offer | undefined }>(window: Window): Window =>
    window.offer === undefined ? window : { ...window, offer: spacedOffer(window.offer) };
  return {
    ...hours,
    offer: spacedOffer(hours.offer),
    weekly: hours.weekly.map(spaced),
    exceptions: hours.exceptions.map((one) => ({ ...one, hours: one.hours.map(spaced) })),
  };
}

type Offer = ParsedHours["offer"];

function spacedOffer(offer: Offer): Offer {
  const { minutes, step } = offer;
  return step >= minutes ? offer : { ...offer, step: Math.ceil(minutes / step) * step };
}
