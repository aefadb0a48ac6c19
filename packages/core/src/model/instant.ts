import { z } from "zod";
import { isDate } from "./date.ts";
import { customIssue, type Problem } from "./input-issue.ts";
import { withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";
import { disambiguations, hasZone, isLocalTime, type LocalTime, parseLocalTime, parseZoned } from "./local-time.ts";
import { type Parsed, readWallClock, tooFine } from "./wall-clock.ts";

/** The part of `Temporal.Instant` that is used, so that accepting one needs no polyfill. */
export interface TemporalInstant {
  readonly epochNanoseconds: bigint;
  readonly [Symbol.toStringTag]: "Temporal.Instant";
}

/** The part of `Temporal.ZonedDateTime` that is used, so that accepting one needs no polyfill. */
export interface TemporalZonedDateTime {
  readonly epochNanoseconds: bigint;
  readonly [Symbol.toStringTag]: "Temporal.ZonedDateTime";
}

/**
 * A point in time, to the millisecond: a `Date`, a `Temporal.Instant` or `Temporal.ZonedDateTime`, a `LocalTime`, or a
 * string, which is an RFC 3339 one with an offset, or has its zone in brackets, such as
 * `"2027-03-28T09:00[Europe/Berlin]"`.
 */
export type InstantInput = Date | string | TemporalInstant | TemporalZonedDateTime | LocalTime;

const rfc3339 = /^([^Z+]{19,40}?)(Z|[+-]\d{2}:\d{2})$/;
const needed =
  'must be a Date, a Temporal object, a string with seconds and a zone offset like "2026-03-02T09:00:00+01:00", or a local time with its zone like { local: "2026-03-02T09:00", timeZone: "Europe/Berlin" }';

const notAnInstant = (message: string): Parsed => ({ problem: { code: "not_an_instant", message } });
const outOfRange: Problem = { code: "year_out_of_range", message: "must lie in the years 1900 to 2199" };

function parseText(text: string): Parsed {
  if (hasZone(text)) return parseZoned(text);
  const [, wallClock = "", offset = ""] = rfc3339.exec(text.toUpperCase()) ?? [];
  const time = readWallClock(wallClock);
  if (time === undefined) return notAnInstant(needed);
  if ("problem" in time) return time;
  if (!time.hasSeconds) return notAnInstant(needed);
  const epochMs = Date.parse(`${time.text}${offset}`);
  if (!Number.isNaN(epochMs)) return { epochMs };
  return { problem: { code: "no_such_time", message: "must have a zone offset that exists" } };
}

const temporalTags: ReadonlySet<unknown> = new Set(["Temporal.Instant", "Temporal.ZonedDateTime"]);

function isTemporal(value: object): value is TemporalInstant | TemporalZonedDateTime {
  const { epochNanoseconds, [Symbol.toStringTag]: tag } = value as TemporalInstant;
  return temporalTags.has(tag) && typeof epochNanoseconds === "bigint";
}

function parseInstant(value: unknown): Parsed {
  if (isDate(value)) {
    const epochMs = value.getTime();
    return Number.isFinite(epochMs) ? { epochMs } : notAnInstant("must be a valid Date");
  }
  if (typeof value === "string") return parseText(value);
  if (typeof value !== "object" || value === null) return notAnInstant(needed);
  if (!isTemporal(value)) return isLocalTime(value) ? parseLocalTime(value) : notAnInstant(needed);
  const finer = value.epochNanoseconds % 1_000_000n !== 0n;
  return finer ? { problem: tooFine } : { epochMs: Number(value.epochNanoseconds / 1_000_000n) };
}

const isInRange = (epochMs: number): boolean => epochMs >= limits.earliest && epochMs < limits.latest;

const parsing = z.unknown().transform((value, context): Date => {
  const parsed = parseInstant(value);
  if ("epochMs" in parsed && isInRange(parsed.epochMs)) return new Date(parsed.epochMs);
  if ("issues" in parsed) {
    context.issues.push(...parsed.issues.map((issue) => ({ ...issue, path: [...issue.path] }) as z.core.$ZodRawIssue));
  } else {
    const { problem, path = [] } = "problem" in parsed ? parsed : { problem: outOfRange };
    context.issues.push({ ...customIssue(problem, value), path: [...path] });
  }
  return z.NEVER;
}) as unknown as z.ZodType<Date, InstantInput>;

/** Parses an `InstantInput` to a `Date`. Refuses what is ambiguous, finer than a millisecond or out of range. */
export const instantSchema = withJsonSchema(parsing, () => ({
  anyOf: [
    { type: "string", format: "date-time" },
    { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d[^\\[]*\\[[^\\[\\]=]+\\]" },
    {
      type: "object",
      properties: {
        local: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?$" },
        timeZone: { type: "string" },
        disambiguation: { enum: [...disambiguations], default: "reject" },
      },
      required: ["local", "timeZone"],
      additionalProperties: false,
    },
  ],
}));
