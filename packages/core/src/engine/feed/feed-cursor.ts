import { z } from "zod";
import { limits } from "../../model/limits.ts";
import type { FeedPosition } from "../../storage/adapter.ts";
import { decodeCursor, encodeCursor } from "../cursors.ts";

/** Many subscribers may stand at one position. */
const cursors = new WeakMap<FeedPosition, string>();

export function feedCursor(position: FeedPosition): string {
  const known = cursors.get(position);
  if (known !== undefined) return known;
  const made = cursorOf(position);
  cursors.set(position, made);
  return made;
}

function cursorOf(position: FeedPosition): string {
  const marks = position.map(({ partition, seq, digest }) => [partition, seq, digest] as const);
  return encodeCursor(["feed", ...marks]);
}

const mark = z.tuple([z.int().min(0).max(limits.version), z.int().min(1), z.string().regex(/^[\w-]{8}$/)]);

const marks = z
  .tuple([z.literal("feed")])
  .rest(mark)
  .refine(([, ...all]) => all.every(([partition], index) => partition > (all[index - 1]?.[0] ?? -1)));

/** @throws BookingError `invalid_input` if it is not a cursor of the feed */
export function parseFeedCursor(cursor: string): FeedPosition {
  const [, ...parts] = decodeCursor(cursor, marks, { path: "after", message: notACursor });
  return parts.map(([partition, seq, digest]) => ({ partition, seq, digest }));
}

const notACursor = 'must be a cursor that changes or subscribe returned, "end", or null';
