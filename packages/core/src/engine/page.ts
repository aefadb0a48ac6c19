import { BookingError } from "../errors.ts";
import type { Position } from "../storage/adapter.ts";

/** A bounded part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it as `cursor` to get the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** One item more than asked for was read: it tells whether there is a next page. */
export function pageOf<Item>(read: readonly Item[], limit: number, cursorOf: (last: Item) => string): Page<Item> {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: read.length > limit && last !== undefined ? cursorOf(last) : null };
}

function encode(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** @throws BookingError `invalid_input` if it is no cursor of ours */
function decode(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // Falls through: what is not JSON is not ours either.
  }
  throw notACursor();
}

function notACursor(): BookingError {
  return new BookingError("invalid_input", {
    issues: [{ path: "cursor", message: "must be the nextCursor of the page before" }],
  });
}

/** Lists whose cursors are not to be mixed up. */
type List = "slots" | "appointments";

export function positionCursor(list: List, { start, id }: Position): string {
  return encode([list, start.getTime(), id]);
}

export function parsePosition(list: List, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [name, ms, id] = decode(cursor);
  if (name !== list || !Number.isSafeInteger(ms) || typeof id !== "string") throw notACursor();
  const start = new Date(ms as number);
  if (Number.isNaN(start.getTime())) throw notACursor();
  return { start, id };
}

export function versionCursor(version: number): string {
  return encode(["history", version]);
}

export function parseVersion(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [name, version] = decode(cursor);
  if (name !== "history" || !Number.isSafeInteger(version)) throw notACursor();
  return version as number;
}
