import { isOwnDate } from "./date.ts";

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * A value as JSON returns it: plain objects, arrays and primitives, with times as ISO 8601 strings. One walk replaces
 * the two of `JSON.parse(JSON.stringify(value))`, for values that hold only these and dates.
 */
export function plainJson(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (isOwnDate(value)) return isoText(value);
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : plainJson(item)));
  return plainFields(value);
}

/** The same as `plainJson`, for an object. */
export function plainFields(fields: object): Fields {
  // Spread keeps the object's shape, and keeps a host's own "__proto__" as a field.
  const plain: Fields = { ...fields };
  for (const name in plain) {
    const value = plain[name];
    if (isObject(value)) plain[name] = plainJson(value);
    else if (value === undefined) delete plain[name];
  }
  return plain;
}

/** Whether two values of JSON are the same, in whatever order their fields are: a storage need not keep it. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson((one as Fields)[name], (other as Fields)[name]))
  );
}

/** A copy of dates and JSON values. It shares nothing mutable with the original. */
export function copyOf<T>(value: T): T {
  if (!isObject(value)) return value;
  if (isOwnDate(value)) return new Date(value.getTime()) as T & Date;
  if (Array.isArray(value)) return value.map(copyOf) as T & unknown[];
  const copy = { ...value } as Fields;
  // Not Object.keys: its array costs as much as the rest.
  for (const name in copy) {
    const field = copy[name];
    if (isObject(field)) copy[name] = copyOf(field);
  }
  return copy as T;
}

/** A copy that several readers may share. Only its dates can still be changed: nothing can keep those from it. */
export function frozenCopyOf<T>(value: T): T {
  if (!isObject(value) || isOwnDate(value)) return copyOf(value);
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopyOf)) as unknown as T;
  const copy = { ...value } as Fields;
  for (const name in copy) {
    const field = copy[name];
    if (isObject(field)) copy[name] = frozenCopyOf(field);
  }
  return Object.freeze(copy) as T;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const knownDays = new Map<number, string>();
const mostKnownDays = 1_000;
/** The time of each minute of a day, at its full minute, once it was asked for. */
const knownMinutes: string[] = [];

/**
 * Like `toISOString`, which costs more than the rest of the walk. The times of a calendar share few dates, and most are at a
 * full minute. Thousands of slots are written at once, so nothing is allocated beside the text.
 */
export function isoText(date: Date): string {
  const instant = date.getTime();
  const day = Math.floor(instant / dayMs);
  const ms = instant - day * dayMs;
  if (ms % minuteMs !== 0) return date.toISOString();
  return dayText(day, date) + minuteText(ms / minuteMs, date);
}

/** The date in UTC and the letter that follows it. */
function dayText(day: number, date: Date): string {
  const known = knownDays.get(day);
  if (known !== undefined) return known;
  const iso = date.toISOString();
  const text = iso.slice(0, iso.indexOf("T") + 1);
  if (knownDays.size === mostKnownDays) knownDays.clear();
  knownDays.set(day, text);
  return text;
}

function minuteText(minute: number, date: Date): string {
  const known = knownMinutes[minute];
  if (known !== undefined) return known;
  const iso = date.toISOString();
  const text = iso.slice(iso.indexOf("T") + 1);
  knownMinutes[minute] = text;
  return text;
}
