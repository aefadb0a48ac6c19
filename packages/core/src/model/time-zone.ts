import { z } from "zod";
import { saying } from "./input-issue.ts";

/**
 * An IANA time zone that this runtime knows. It is kept as written, because runtimes prefer different names of a zone.
 * Offsets such as `+01:00` are not time zones.
 */
export const timeZoneSchema = z
  .string("must be a string")
  .refine(
    (name) => /^[A-Za-z]/.test(name) && canonicalName(name) !== undefined,
    saying("must be an IANA time zone", "not_a_time_zone"),
  );

/**
 * Whether two names mean one zone, as `Europe/Kyiv` and `Europe/Kiev` do. Names unknown to this runtime are compared as
 * text.
 */
export function isSameTimeZone(a: string, b: string): boolean {
  return a === b || (canonicalName(a) ?? a) === (canonicalName(b) ?? b);
}

function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
