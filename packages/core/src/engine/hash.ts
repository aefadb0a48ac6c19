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
  let text = "";
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
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
