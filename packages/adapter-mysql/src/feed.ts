import { type FeedRow, feedOf, unionPlaceholders } from "@slotwright/adapter-sql";
import { type FeedMark, type FeedPosition, type FeedQuery, type FeedRead, feedDigest } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import type { On } from "./reads.ts";
import { mayBeBehind, takesNoWrites } from "./role.ts";

type LastEntry = Parameters<typeof feedDigest>[0];

/** The last entry of a partition. */
type Last = Omit<LastEntry, "at"> & Pick<FeedMark, "partition" | "seq"> & { readonly at: number };

/** What to read of a partition: from a number, which the reader may have had, to the last one. */
interface Part {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Looks first at the last entry of each partition, which is all if nothing is new. The entries up to these numbers are
 * the journal at one moment, although they are read after it.
 */
export async function readFeed(on: On, { after, limit }: FeedQuery): Promise<FeedRead> {
  const marks = after === "end" || after === null ? [] : after;
  const lasts = await readLasts(on, marks);
  if (lasts === null) return { status: "reset" };
  if (after === "end") return { status: "read", entries: [], position: sorted(lasts.map(markOf)) };
  const markIn = (partition: number) => marks.find((mark) => mark.partition === partition);
  const parts = lasts
    .map(({ partition, seq }): Part => ({ partition, first: markIn(partition)?.seq ?? 0, last: seq }))
    .filter(({ first, last }) => first < last);
  const isMoving = ({ partition }: FeedMark) => parts.some((part) => part.partition === partition);
  const moving = marks.filter(isMoving);
  const read = feedOf(moving, await rowsOf(on, parts, limit + moving.length), limit);
  if (read.status === "reset") return read;
  return { ...read, position: sorted([...marks.filter((mark) => !isMoving(mark)), ...read.position]) };
}

/**
 * The last entries, or null if the marks do not fit them. A node of a cluster may lag behind the one that the reader
 * asked before. So if marks do not fit, the answer is what the node says when it has caught up, and between two answers
 * that it takes writes: it may have become the primary since it was read.
 * @throws StorageError `transient` if it takes no writes: then it may be behind without knowing it
 */
async function readLasts(
  { connection, caughtUp, statements }: On,
  marks: FeedPosition,
): Promise<readonly Last[] | null> {
  const lastsOn = async (node: Connection) => {
    const lasts = await node.read<Last>(statements.readPartitions, []);
    return marks.some((mark) => isAhead(mark, lasts)) ? null : lasts;
  };
  const lasts = await lastsOn(connection);
  if (lasts !== null) return lasts;
  const tookNone = await takesNoWrites(connection);
  const again = await lastsOn(caughtUp);
  if (again === null && (tookNone || (await takesNoWrites(connection)))) throw mayBeBehind(connection);
  return again;
}

const digestOf = (last: Last): string => feedDigest({ ...last, at: new Date(last.at) });

const markOf = (last: Last): FeedMark => ({ partition: last.partition, seq: last.seq, digest: digestOf(last) });

const sorted = (marks: readonly FeedMark[]) => marks.toSorted((one, other) => one.partition - other.partition);

/** Whether the entry of a mark is not there: the partition ends before it, or with another one of the same number. */
function isAhead({ partition, seq, digest }: FeedMark, lasts: readonly Last[]): boolean {
  const last = lasts.find((one) => one.partition === partition);
  if (last === undefined || last.seq < seq) return true;
  return last.seq === seq && digestOf(last) !== digest;
}

async function rowsOf(
  { connection, statements }: On,
  parts: readonly Part[],
  limit: number,
): Promise<readonly FeedRow[]> {
  if (parts.length === 0) return [];
  const placeholders = unionPlaceholders(parts.length);
  const values = Array.from({ length: placeholders }, (_, index) => {
    const { partition = null, first = 0, last = 0 } = parts[index] ?? {};
    return [first, partition, first, last, limit];
  });
  return connection.read<FeedRow>(statements.readFeed(placeholders), [...values.flat(), limit]);
}
