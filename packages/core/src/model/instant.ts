import { z } from "zod";
import { isDate } from "./date.ts";
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

type Parsed = { readonly epochMs: number } | { readonly problem: string };

/** False for 30 February and for 24:00, which `Date` would roll over to the next day. */
function exists(wallClock: string): boolean {
  const asUtc = new Date(`${wallClock}Z`);
  return !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(wallClock);
}

function parseText(text: string): Parsed {
  const [, wallClock = "", fraction = "", zone] = rfc3339.exec(text.toUpperCase()) ?? [];
  if (zone === undefined) return { problem: `${needed}, with seconds and a zone offset` };
  if (/[1-9]/.test(fraction.slice(3))) return { problem: "must not be finer than a millisecond" };
  if (!exists(wallClock)) return { problem: "must be a date and time that exists" };
  const epochMs = Date.parse(`${wallClock}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
  return Number.isNaN(epochMs) ? { problem: "must have a zone offset that exists" } : { epochMs };
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
    return Number.isFinite(epochMs) ? { epochMs } : { problem: "must be a valid Date" };
  }
  if (typeof value === "string") return parseText(value);
  if (!isTemporalInstant(value)) return { problem: needed };
  const finer = value.epochNanoseconds % 1_000_000n !== 0n;
  return finer
    ? { problem: "must not be finer than a millisecond" }
    : { epochMs: Number(value.epochNanoseconds / 1_000_000n) };
}

const parsing = z.unknown().transform((value, context): Date => {
  const parsed = parseInstant(value);
  const problem =
    "problem" in parsed
      ? parsed.problem
      : parsed.epochMs < limits.earliest || parsed.epochMs >= limits.latest
        ? "must lie in the years 1900 to 2199"
        : undefined;
  if (problem === undefined) return new Date((parsed as { epochMs: number }).epochMs);
  context.issues.push({ code: "custom", message: problem, input: value });
  return z.NEVER;
}) as unknown as z.ZodType<Date, InstantInput>;

/** Parses an `InstantInput` to a `Date`. Refuses what is ambiguous, finer than a millisecond or out of range. */
export const instantSchema = withJsonSchema(parsing, () => ({ type: "string", format: "date-time" }));
