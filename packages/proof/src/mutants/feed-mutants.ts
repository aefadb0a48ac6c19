import type { StorageAdapter } from "@slotwright/core";
import type { FeedPosition, FeedQuery, FeedRead } from "@slotwright/core/adapter";
import { type Mutant, withCalls } from "./mutant.ts";

type Page = Extract<FeedRead, { readonly status: "read" }>;

function ofQueries(change: (query: FeedQuery) => FeedQuery): Mutant["breakIt"] {
  return withCalls((storage) => ({ readFeed: (query, call) => storage.readFeed(change(query), call) }));
}

function ofPages(change: (page: Page, query: FeedQuery) => Page): Mutant["breakIt"] {
  return ofReads((read, query) => (read.status === "read" ? change(read, query) : read));
}

function ofReads(
  change: (read: FeedRead, query: FeedQuery, storage: StorageAdapter<never>) => FeedRead | Promise<FeedRead>,
): Mutant["breakIt"] {
  return withCalls((storage) => ({
    readFeed: async (query, call) => change(await storage.readFeed(query, call), query, storage),
  }));
}

const positionOf = ({ after }: FeedQuery): FeedPosition => (after === null || after === "end" ? [] : after);

/** What a page has that ends before the last mark of the position. */
async function untilReached({ after, limit }: FeedQuery, storage: StorageAdapter<never>): Promise<FeedRead> {
  if (after === null || after === "end") return { status: "reset" };
  const mark = after.at(-1);
  const read = await storage.readFeed({ after: after.slice(0, -1), limit });
  if (mark === undefined || read.status === "reset") return { status: "reset" };
  const isCut = read.entries.length === limit && (read.entries.at(-1)?.seq ?? 0) < mark.seq;
  return isCut ? { ...read, position: [...read.position, mark] } : { status: "reset" };
}

/** What a reader of the feed may be given wrongly. */
export const feedMutants: readonly Mutant[] = [
  { key: "readFeed always begins at the beginning", breakIt: ofQueries((query) => ({ ...query, after: null })) },
  {
    key: "readFeed begins at the end where the reader has had nothing",
    breakIt: ofQueries((query) => ({ ...query, after: query.after ?? "end" })),
  },
  {
    key: "readFeed begins at the beginning where the reader asks for the end",
    breakIt: ofQueries((query) => ({ ...query, after: query.after === "end" ? null : query.after })),
  },
  {
    key: "readFeed has one more than the limit",
    breakIt: ofQueries((query) => ({ ...query, limit: query.limit + 1 })),
  },
  {
    key: "readFeed has one less than the limit",
    breakIt: ofQueries((query) => ({ ...query, limit: Math.max(query.limit - 1, 1) })),
  },
  {
    key: "readFeed loses the last entry of a page",
    breakIt: ofPages((page) => ({ ...page, entries: page.entries.slice(0, -1) })),
  },
  {
    key: "readFeed has the last entry of a page again on the next one",
    breakIt: ofPages((page, query) =>
      page.entries.length < 2
        ? { ...page, position: page.entries.length === 0 ? page.position : positionOf(query) }
        : page,
    ),
  },
  {
    key: "readFeed is in the reverse order",
    breakIt: ofPages((page) => ({ ...page, entries: page.entries.toReversed() })),
  },
  {
    key: "readFeed does not move its position",
    breakIt: ofPages((page, query) => ({ ...page, position: positionOf(query) })),
  },
  {
    key: "readFeed forgets the partitions that have nothing new",
    breakIt: ofPages((page) => {
      const moved = new Set(page.entries.map(({ partition }) => partition));
      return { ...page, position: page.position.filter(({ partition }) => moved.has(partition)) };
    }),
  },
  {
    key: "readFeed takes a position that does not fit for the beginning",
    breakIt: ofReads((read, { limit }, storage) =>
      read.status === "reset" ? storage.readFeed({ after: null, limit }) : read,
    ),
  },
  {
    key: "readFeed takes a position that does not fit for the end",
    breakIt: ofReads((read, { limit }, storage) =>
      read.status === "reset" ? storage.readFeed({ after: "end", limit }) : read,
    ),
  },
  {
    key: "readFeed finds that a position does not fit only once its pages reach the entry",
    breakIt: ofReads((read, query, storage) => (read.status === "reset" ? untilReached(query, storage) : read)),
  },
  {
    key: "readFeed within a transaction does not see its own entries",
    breakIt: withCalls((storage) => ({
      within: (transaction) => ({ ...storage.within(transaction), readFeed: storage.readFeed }),
    })),
  },
];
