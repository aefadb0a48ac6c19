import { z } from "zod";
import { BookingError } from "../errors/index.ts";
import { limits } from "../model/limits.ts";
import { idSchema } from "../model/values.ts";
import type { Position } from "../storage/adapter.ts";

/** A bounded part of a list. */
export interface Page<Item> {
  /** The items, in the order of the list. */
  readonly items: readonly Item[];
  /** The `cursor` of the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** One item more than the page holds was read. It tells whether there is a next page. */
export function pageOf<Item>(read: readonly Item[], limit: number, cursorOf: (last: Item) => string): Page<Item> {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: read.length > limit && last !== undefined ? cursorOf(last) : null };
}

export function encodeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/**
 * The parts of a cursor, held to the bounds of every other input: nothing from a forged cursor reaches the database.
 * @throws BookingError `invalid_input` if it is not a cursor of this list
 */
export function decodeCursor<Parts extends z.ZodType>(
  cursor: string,
  parts: Parts,
  { path, message } = ofPage,
): z.output<Parts> {
  const decoded = parts.safeParse(jsonOf(cursor));
  if (decoded.success) return decoded.data;
  throw new BookingError("invalid_input", { issues: [{ path, code: "not_a_cursor", message }] });
}

const ofPage = { path: "cursor", message: "must be the nextCursor of the page before, in the same order" };

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

/** Lists whose cursors must not be mixed up. */
export type ListName = "slots" | "open" | "appointments";
type Order = "ascending" | "descending";

const orderOf = (descending: boolean): Order => (descending ? "descending" : "ascending");

export function positionCursor(list: ListName, { start, id }: Position, descending: boolean): string {
  return encodeCursor([list, start.getTime(), id, orderOf(descending)]);
}

const milliseconds = z
  .int()
  .min(limits.earliest)
  .max(limits.latest - 1);

const positionsIn = (list: ListName, descending: boolean) =>
  z.tuple([z.literal(list), milliseconds, idSchema, z.literal(orderOf(descending))]);

const positions = {
  slots: { ascending: positionsIn("slots", false), descending: positionsIn("slots", true) },
  open: { ascending: positionsIn("open", false), descending: positionsIn("open", true) },
  appointments: { ascending: positionsIn("appointments", false), descending: positionsIn("appointments", true) },
} as const;

export function parsePosition(
  list: ListName,
  cursor: string | null | undefined,
  descending: boolean,
): Position | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const [, start, id] = decodeCursor(cursor, positions[list][orderOf(descending)]);
  return { start: new Date(start), id };
}

export function versionCursor(version: number, descending: boolean): string {
  return encodeCursor(["history", version, orderOf(descending)]);
}

const versionsIn = (descending: boolean) =>
  z.tuple([z.literal("history"), z.int().min(1).max(limits.version), z.literal(orderOf(descending))]);

const versions = { ascending: versionsIn(false), descending: versionsIn(true) } as const;

export function parseVersion(cursor: string | null | undefined, descending: boolean): number | undefined {
  return cursor === undefined || cursor === null ? undefined : decodeCursor(cursor, versions[orderOf(descending)])[1];
}
