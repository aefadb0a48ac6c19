import { hash } from "node:crypto";
import { isOwnDate } from "../model/date.ts";

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** JSON text with the keys of every object in order, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isOwnDate(value)) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(fields[name])]));
}

/** Tells whether two commands with one idempotency key are the same request. */
export function requestHash(name: string, { idempotencyKey: _, ...body }: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson([name, body]));
}
