import { endPosition, type FeedRow, feedOf } from "@slotwright/adapter-sql";
import type { FeedQuery, FeedRead } from "@slotwright/core/adapter";
import type { Runner } from "./connection.ts";
import type { Statements } from "./statements.ts";

/** One statement is one snapshot: a reader that sees a transaction's entries sees those of all that it waited for. */
export async function readFeed(run: Runner, statements: Statements, { after, limit }: FeedQuery): Promise<FeedRead> {
  if (after === "end") return endPosition(await run<FeedRow>(statements.readFeedEnd, []));
  const marks = after ?? [];
  const places = [marks.map(({ partition }) => partition), marks.map(({ seq }) => seq)];
  const rows = await run<FeedRow>(statements.readFeed, [...places, limit + marks.length]);
  return feedOf(marks, rows, limit);
}
