import { z } from "zod";
import { BookingError } from "../errors/index.ts";
import { limits } from "../model/limits.ts";
import { type Actor, idSchema } from "../model/values.ts";
import type { Position } from "../storage/adapter.ts";
import type { TimePlace } from "./free-times/candidates.ts";
import { digest } from "./hash.ts";

/** What makes a list the one that it is. A cursor goes on with the list that it is of, and is refused by any other. */
export interface ListOf {
  readonly name: "slots" | "open" | "times" | "appointments" | "history";
  /** Whose list it is. Undefined if it does not depend on who reads it. */
  readonly actor?: Actor | undefined;
  readonly descending: boolean;
  /** What it was asked for: the fields of the input that choose its items. */
  readonly filters: object;
}

/** The cursors of one list, each of which stands after an item at a place. */
export interface Cursors<Place> {
  readonly write: (place: Place) => string;
  /** @throws BookingError `invalid_input` if it is not a cursor of this list */
  readonly read: (cursor: string | null | undefined) => Place | undefined;
}

export function encodeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/**
 * The parts of a cursor, held to the bounds of every other input: nothing from a forged cursor reaches the database.
 * @throws BookingError `invalid_input` if it is not of this kind
 */
export function decodeCursor<Parts extends z.ZodType>(
  cursor: string,
  parts: Parts,
  { path, message }: Refused,
): z.output<Parts> {
  const decoded = parts.safeParse(jsonOf(cursor));
  if (decoded.success) return decoded.data;
  throw notACursor({ path, message });
}

interface Refused {
  readonly path: string;
  readonly message: string;
}

function notACursor({ path, message }: Refused): BookingError {
  return new BookingError("invalid_input", { issues: [{ path, code: "not_a_cursor", message }] });
}

const ofPage = {
  path: "cursor",
  message: "must be the nextCursor of this list: of the same actor, filters and order. Leave it out to begin anew",
};

function jsonOf(cursor: string): unknown {
  try {
    const bytes = Buffer.from(cursor, "base64url");
    // What is no base64url is left out silently.
    return bytes.toString("base64url") === cursor ? JSON.parse(bytes.toString()) : undefined;
  } catch {
    return undefined;
  }
}

const milliseconds = z
  .int()
  .min(limits.earliest)
  .max(limits.latest - 1);

const positionParts = z.tuple([z.string(), milliseconds, idSchema]);

/** The cursors of a list of records, which are in the order of their starts and then of their ids. */
export function positionCursors(list: ListOf): Cursors<Position> {
  return cursorsOf(list, {
    parts: positionParts,
    partsOf: ({ start, id }) => [start.getTime(), id],
    placeIn: ([, start, id]) => ({ start: new Date(start), id }),
  });
}

const timeParts = z.tuple([z.string(), milliseconds, z.boolean(), idSchema]);

/** The cursors of a list of free times, of which some have no id of their own. */
export function timeCursors(list: ListOf): Cursors<TimePlace> {
  return cursorsOf(list, {
    parts: timeParts,
    partsOf: ({ start, isComputed, id }) => [start.getTime(), isComputed, id],
    placeIn: ([, start, isComputed, id]) => ({ start: new Date(start), isComputed, id }),
  });
}

const versionParts = z.tuple([z.string(), z.int().min(1).max(limits.version)]);

/** The cursors of a history, which is in the order of versions. */
export function versionCursors(list: ListOf): Cursors<number> {
  return cursorsOf(list, {
    parts: versionParts,
    partsOf: (version) => [version],
    placeIn: ([, version]) => version,
  });
}

/** How a place is written after the mark of its list. */
interface Form<Place, Parts extends z.ZodType<readonly [string, ...unknown[]]>> {
  readonly parts: Parts;
  readonly partsOf: (place: Place) => readonly unknown[];
  readonly placeIn: (parts: z.output<Parts>) => Place;
}

function cursorsOf<Place, Parts extends z.ZodType<readonly [string, ...unknown[]]>>(
  list: ListOf,
  { parts, partsOf, placeIn }: Form<Place, Parts>,
): Cursors<Place> {
  const mark = markOf(list);
  return {
    write: (place) => encodeCursor([mark(), ...partsOf(place)]),
    read(cursor) {
      if (cursor === undefined || cursor === null) return undefined;
      const found = decodeCursor(cursor, parts, ofPage);
      if (found[0] !== mark()) throw notACursor(ofPage);
      return placeIn(found);
    },
  };
}

/**
 * It is made when the first cursor is written or read: most pages are the first and the last. The schemas have put the
 * fields of an input in order.
 */
function markOf({ name, actor, descending, filters }: ListOf): () => string {
  let mark: string | undefined;
  return () => {
    mark ??= digest(JSON.stringify([name, actor?.kind, actor?.id, descending, filters]));
    return mark;
  };
}
