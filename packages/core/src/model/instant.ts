import { z } from "zod";
import { isDate } from "./date.ts";
import { customIssue, type Problem } from "./input-issue.ts";
import { withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";

/** The part of `Temporal.Instant` that is used, so that accepting one needs no polyfill. */
export interface TemporalInstant {
  readonly epochNanoseconds: bigint;
  readonly [Symbol.toStringTag]: "Temporal.Instant";
}

/** A point in time: a `Date`, an RFC 3339 string with an offset, or a `Temporal.Instant`, to the millisecond. */
export type InstantInput = Date | string | TemporalInstant;

const rfc3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;
const needed = 'must be a Date, a Temporal.Instant, or a string like "2026-03-02T09:00:00+01:00"';

type Parsed = { readonly epochMs: number } | { readonly problem: Problem };

const notAnInstant = (message: string) => ({ problem: { code: "not_an_instant", message } as const });
const noSuchTime = (message: string) => ({ problem: { code: "no_such_time", message } as const });
const tooFine = { problem: { code: "too_fine", message: "must not be finer than a millisecond" } as const };
const outOfRange: Problem = { code: "year_out_of_range", message: "must lie in the years 1900 to 2199" };

/** False for 30 February and for 24:00, which `Date` would roll over to the next day. */
function exists(wallClock: string): boolean {
  const asUtc = new Date(`${wallClock}Z`);
  return !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(wallClock);
}

function parseText(text: string): Parsed {
  const [, wallClock = "", fraction = "", zone] = rfc3339.exec(text.toUpperCase()) ?? [];
  if (zone === undefined) return notAnInstant(`${needed}, with seconds and a zone offset`);
  if (/[1-9]/.test(fraction.slice(3))) return tooFine;
  if (!exists(wallClock)) return noSuchTime("must be a date and time that exists");
  const epochMs = Date.parse(`${wallClock}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
  return Number.isNaN(epochMs) ? noSuchTime("must have a zone offset that exists") : { epochMs };
}

function isTemporalInstant(value: unknown): value is TemporalInstant {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as TemporalInstant)[Symbol.toStringTag] === "Temporal.Instant" &&
    typeof (value as TemporalInstant).epochNanoseconds === "bigint"
  );
}

function parseInstant(value: unknown): Parsed {
  if (isDate(value)) {
    const epochMs = value.getTime();
    return Number.isFinite(epochMs) ? { epochMs } : notAnInstant("must be a valid Date");
  }
  if (typeof value === "string") return parseText(value);
  if (!isTemporalInstant(value)) return notAnInstant(needed);
  const finer = value.epochNanoseconds % 1_000_000n !== 0n;
  return finer ? tooFine : { epochMs: Number(value.epochNanoseconds / 1_000_000n) };
}

const parsing = z.unknown().transform((value, context): Date => {
  const parsed = parseInstant(value);
  const problem =
    "problem" in parsed
      ? parsed.problem
      : parsed.epochMs < limits.earliest || parsed.epochMs >= limits.latest
        ? outOfRange
        : undefined;
  if (problem === undefined) return new Date((parsed as { epochMs: number }).epochMs);
  context.issues.push(customIssue(problem, value));
  return z.NEVER;
}) as unknown as z.ZodType<Date, InstantInput>;

/** Parses an `InstantInput` to a `Date`. Refuses what is ambiguous, finer than a millisecond or out of range. */
export const instantSchema = withJsonSchema(parsing, () => ({ type: "string", format: "date-time" }));
