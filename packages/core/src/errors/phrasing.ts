import { isSameTimeZone } from "../model/time-zone.ts";

/** What the texts for people are made with. */
export interface Phrasing {
  /** The locale that was asked for, or `en-GB`. */
  readonly locale: string;
  /** The IANA zone of all times: the one of the schedule; if none is known, the one that was asked for, or `UTC`. */
  readonly timeZone: string;
  /** A point in time, such as `Mon, 2 Mar 2026, 09:00`. If no zone is known, `UTC` stands behind it. */
  readonly time: (at: Date) => string;
  /** A range of time, such as `Mon, 2 Mar 2026, 09:00–09:30`. If no zone is known, `UTC` stands behind it. */
  readonly range: (start: Date, end: Date) => string;
}

const english = "en-GB";

/** Its first zone that this runtime knows counts. An unknown one, or an unknown locale, is no reason to fail. */
export function phrasingFor(locale = english, zones: readonly (string | undefined)[] = []): Phrasing {
  const timeZone = zones.find((zone) => zone !== undefined && isKnown(zone)) ?? "UTC";
  let format: Intl.DateTimeFormat | undefined;
  const formatted = () => {
    format ??= formatIn(locale, timeZone);
    return format;
  };
  return {
    locale,
    timeZone,
    time: (at) => formatted().format(at),
    range: (start, end) => formatted().formatRange(start, end),
  };
}

function formatIn(locale: string, timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(isLocale(locale) ? [locale, english] : english, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
    // Nobody takes UTC for the time on the wall if the text says it.
    ...(isSameTimeZone(timeZone, "UTC") && { timeZoneName: "short" }),
  });
}

function isKnown(timeZone: string): boolean {
  return isValid(() => new Intl.DateTimeFormat(english, { timeZone }));
}

function isLocale(locale: string): boolean {
  return isValid(() => Intl.getCanonicalLocales(locale));
}

function isValid(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch {
    return false;
  }
}
