import { createHash } from "node:crypto";

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON text with the keys of every object in order, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Tells whether two commands with one idempotency key are the same request. */
export function requestHash(name: string, { idempotencyKey: _, ...body }: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson([name, body]));
}
