import { endPosition, type FeedRow, feedOf } from "@slotwright/adapter-sql";
import type { FeedQuery, FeedRead } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import type { Statements } from "./statements.ts";

export function readFeed(connection: Connection, statements: Statements, { after, limit }: FeedQuery): FeedRead {
  if (after === "end") return endPosition(connection.all<FeedRow>(statements.readFeedEnd, []));
  const marks = after ?? [];
  const rows = connection.all<FeedRow>(statements.readFeed, [marks[0]?.seq ?? 0, limit + marks.length]);
  return feedOf(marks, rows, limit);
}
