import { hash } from "node:crypto";
import { isOwnDate } from "../model/date.ts";
import { isoText } from "../model/plain-json.ts";

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** Tells texts apart in a few characters, where one that was made to look like another does no harm. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 12);
}

/** JSON text with the keys of every object in order, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (isOwnDate(value)) return `"${isoText(value)}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const { sorted, begins } = inOrder(Object.keys(fields));
  let text = "";
  for (let at = 0; at < sorted.length; at += 1) {
    const field = fields[sorted[at] as string];
    if (field !== undefined) text += (text === "" ? "" : ",") + (begins[at] + canonicalJson(field));
  }
  return `{${text}}`;
}

/** The names of an object's fields, in order, and how the text of each begins. */
interface Names {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  readonly begins: readonly string[];
}

const noNames: Names = { given: [], sorted: [], begins: [] };

/** Thousands of slots in a row have the same names. Sorting them each time allocates more than all the text. */
let latest = noNames;

function inOrder(given: readonly string[]): Names {
  if (given.length === 0) return noNames;
  if (isSameList(given, latest.given)) return latest;
  const sorted = given.toSorted();
  latest = { given, sorted, begins: sorted.map((name) => `${JSON.stringify(name)}:`) };
  return latest;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/**
 * Tells whether two commands with one idempotency key are the same request. The schemas have put the fields of a
 * command in order. What the host may write in any order is put in order here.
 */
export function requestHash(
  name: string,
  { idempotencyKey: _, metadata, slots, ...made }: Readonly<Record<string, unknown>>,
): string {
  return sha256(JSON.stringify([name, made]) + canonicalJson(metadata) + canonicalJson(slots));
}
