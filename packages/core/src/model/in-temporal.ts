import { isDate } from "./date.ts";
import type { Json } from "./values.ts";

/** An answer with a `Temporal` object in the place of each `Date`. */
export type InTemporal<T, Time> = unknown extends T
  ? T
  : T extends Date
    ? Time
    : T extends Json
      ? T
      : T extends object
        ? { readonly [Field in keyof T]: InTemporal<T[Field], Time> }
        : T;

/** The part of `Temporal` that is used: the runtime's own, or a polyfill's. */
export interface TemporalSource<Time> {
  readonly Instant: InstantSource<Time>;
}

interface InstantSource<Time> {
  readonly fromEpochMilliseconds: (epochMs: number) => Time;
}

interface Zonable<Zoned> {
  readonly toZonedDateTimeISO: (timeZone: string) => Zoned;
}

/**
 * An answer of an engine or a client with `Temporal` objects in the place of its `Date`s: instants, or what the clocks of a
 * time zone show. Calls take both.
 *
 * @param temporal The `Temporal` that you use: that of the runtime, or of a polyfill.
 * @param timeZone An IANA time zone. Default: none, and each time is a `Temporal.Instant`.
 * @throws RangeError if `temporal` does not know the time zone
 * @example
 * ```ts
 * const { appointment } = inTemporal(await engine.book(wanted), Temporal, "Europe/Berlin");
 * const reminder = appointment.start.subtract({ days: 1 }).with({ hour: 18 });
 * ```
 */
export function inTemporal<T, Time>(answer: T, temporal: TemporalSource<Time>): InTemporal<T, Time>;
export function inTemporal<T, Zoned>(
  answer: T,
  temporal: TemporalSource<Zonable<Zoned>>,
  timeZone: string,
): InTemporal<T, Zoned>;
export function inTemporal(answer: unknown, temporal: TemporalSource<Zonable<unknown>>, timeZone?: string): unknown {
  return withTimes(answer, (date) => {
    const instant = temporal.Instant.fromEpochMilliseconds(date.getTime());
    return timeZone === undefined ? instant : instant.toZonedDateTimeISO(timeZone);
  });
}

function withTimes(value: unknown, timeOf: (date: Date) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isDate(value)) return timeOf(value);
  if (Array.isArray(value)) return value.map((item) => withTimes(item, timeOf));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withTimes(field, timeOf)]));
}
