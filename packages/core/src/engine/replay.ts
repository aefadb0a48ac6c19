import { BookingError } from "../errors.ts";
import type { VersionedRecord } from "../model/record.ts";

type Stored<T> = { readonly [K in keyof T]: unknown };

const asDate = (value: unknown): Date => new Date(value as string);

/** A record that went through JSON, with its times as `Date`s again. */
export function reviveRecord<R extends VersionedRecord>(stored: Stored<R>): R {
  const record = { ...stored, createdAt: asDate(stored.createdAt), updatedAt: asDate(stored.updatedAt) };
  if (stored.kind === "schedule") return record as unknown as R;
  const { start, end } = stored as { start?: unknown; end?: unknown };
  const timed = { ...record, start: asDate(start), end: asDate(end) };
  const { hold } = timed as { hold?: { expiresAt: unknown } | null };
  return (hold ? { ...timed, hold: { ...hold, expiresAt: asDate(hold.expiresAt) } } : timed) as unknown as R;
}

function isRecord(value: unknown): value is Stored<VersionedRecord> {
  return typeof value === "object" && value !== null && "kind" in value && "createdAt" in value;
}

function reviveField(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveField);
  return isRecord(value) ? reviveRecord(value) : value;
}

/** A command's stored result, equal to what the first caller got. */
function reviveResult(result: unknown): object {
  return Object.fromEntries(Object.entries(result as object).map(([name, value]) => [name, reviveField(value)]));
}

/**
 * The answer to a command that took effect before.
 * @throws BookingError `idempotency_key_reused` if it was another request
 */
export function replay(
  first: { readonly requestHash: string; readonly result: unknown },
  command: { readonly id: string; readonly requestHash: () => string },
): object {
  if (first.requestHash === command.requestHash()) return reviveResult(first.result);
  throw new BookingError("idempotency_key_reused", { idempotencyKey: command.id });
}
