import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { Problem } from "./input-issue.ts";
import { timeZoneSchema } from "./time-zone.ts";
import { type Parsed, readWallClock } from "./wall-clock.ts";

/** What is meant by a local time that the clocks skip or show twice: the words of `Temporal`. */
export const disambiguations = ["reject", "compatible", "earlier", "later"] as const;

/**
 * What is meant by a local time that the clocks skip or show twice: `"reject"` refuses it, `"earlier"` and `"later"` take
 * one of two instants, and `"compatible"` the earlier one of a time that is shown twice, and the later one of a time that
 * is skipped.
 */
export type Disambiguation = (typeof disambiguations)[number];

/** A time by the clocks of a place. */
export interface LocalTime {
  /** Date and time, such as `"2027-03-28T09:00"`. Seconds and milliseconds may follow. */
  readonly local: string;
  /** The IANA time zone whose clocks show it, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** What is meant if the clocks skip this time, or show it twice. Default `"reject"`. */
  readonly disambiguation?: Disambiguation | undefined;
}

const disambiguationSchema = z.enum(disambiguations, `must be one of ${disambiguations.join(", ")}`);

const givenSchema = z.strictObject({
  local: z.string("must be a string"),
  timeZone: timeZoneSchema,
  disambiguation: disambiguationSchema.optional(),
});

/** Whether an object is probably meant to be one. */
export const isLocalTime = (value: object): boolean => "local" in value || "timeZone" in value;

/** As a `LocalTime` says it. */
export function parseLocalTime(value: unknown): Parsed {
  const given = givenSchema.safeParse(value, { reportInput: true });
  if (!given.success) return { issues: given.error.issues };
  const { local, timeZone, disambiguation } = given.data;
  const time = readWallClock(local);
  if (time === undefined) return at("local", { code: "not_an_instant", message: 'must be like "2027-03-28T09:00"' });
  if ("problem" in time) return at("local", time.problem);
  const parsed = instantOf(time.text, timeZone, disambiguation);
  return "problem" in parsed ? at("local", parsed.problem) : parsed;
}

const at = (field: keyof LocalTime, problem: Problem): Parsed => ({ problem, path: [field] });

/** Longer texts are none. It bounds the search for the brackets. */
const longest = 256;

const annotated = /^([^[Z+]{16,40}?)(Z|[+-]\d\d:\d\d)?\[!?([^[\]=]+)\]((?:\[!?[^[\]=]+=[^[\]=]+\])*)$/i;

const notAnnotated: Parsed = {
  problem: {
    code: "not_an_instant",
    message: 'must be like "2027-03-28T09:00[Europe/Berlin]" or "2027-03-28T09:00+02:00[Europe/Berlin]"',
  },
};

/** Whether a text has its time zone in brackets. */
export const hasZone = (text: string): boolean => text.endsWith("]");

/**
 * A time with its zone in brackets, as RFC 9557 has it and `Temporal.ZonedDateTime` prints it: with an offset it is one
 * instant, and without one it is a local time.
 */
export function parseZoned(text: string): Parsed {
  const [, wallClock, offset, timeZone = "", annotations = ""] =
    text.length > longest ? [] : (annotated.exec(text) ?? []);
  const time = wallClock === undefined ? undefined : readWallClock(wallClock.toUpperCase());
  const word = wordOf(annotations);
  if (time === undefined || word === undefined) return notAnnotated;
  if ("problem" in time) return time;
  if (!timeZoneSchema.safeParse(timeZone).success) return noZone;
  return instantOf(time.text, timeZone, word, offset?.toUpperCase());
}

const noZone: Parsed = { problem: { code: "not_a_time_zone", message: "must have an IANA time zone in its brackets" } };

/** What `[disambiguation=later]` says. A calendar may be named, which changes no instant. */
function wordOf(annotations: string): Disambiguation | undefined {
  const [word, ...more] = [...annotations.matchAll(/([^[\]=!]+)=([^[\]=]+)/g)].filter(([, key]) => key !== "u-ca");
  if (word === undefined) return "reject";
  const [, key, value] = word;
  if (key !== "disambiguation" || more.length > 0) return undefined;
  return disambiguations.find((one) => one === value);
}

const skipped: Problem = { code: "no_such_time", message: "is skipped by the clocks of its time zone on that day" };
const shownTwice: Problem = {
  code: "ambiguous_time",
  message: "is shown twice by the clocks of its time zone on that day",
};
const wrongOffset: Problem = {
  code: "no_such_time",
  message: "must have the offset that its time zone has at that time",
};

function instantOf(
  wallClock: string,
  timeZone: string,
  disambiguation: Disambiguation = "reject",
  offset = "",
): Parsed {
  const text = `${wallClock}${offset}[${timeZone}]`;
  const read = (word: Disambiguation) => Temporal.ZonedDateTime.from(text, { disambiguation: word, offset: "reject" });
  try {
    return { epochMs: read(disambiguation).epochMilliseconds };
  } catch (error) {
    if ((error as Error).name !== "RangeError") throw error;
  }
  if (offset !== "") return { problem: wrongOffset };
  const isSkipped = !read("earlier").toPlainDateTime().equals(Temporal.PlainDateTime.from(wallClock));
  return { problem: isSkipped ? skipped : shownTwice };
}
