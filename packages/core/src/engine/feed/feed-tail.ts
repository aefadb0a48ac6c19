import type { FeedEntry, FeedPosition, FeedQuery, FeedRead } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import { outsideOfCallers } from "../outside-of-callers.ts";

/**
 * The latest part of the feed, which one poller reads for all subscribers of an engine. It reads while somebody
 * follows: after each commit of the engine itself, and when the poll is due.
 */
export interface FeedTail {
  /** Says that this engine has committed something. */
  readonly notice: () => void;
  /** Takes part until `leave`. */
  readonly follow: (pollMs: number) => TailFollower;
}

export interface TailFollower {
  /** The known entries beyond the position. Undefined if the tail begins after it, or does not know the feed yet. */
  readonly beyond: (position: FeedPosition) => readonly FeedEntry[] | undefined;
  /** Resolves when the tail has something new, or begins anew, or `signal` is aborted. */
  readonly moved: (signal?: AbortSignal) => Promise<void>;
  /**
   * Everything that was committed before this time, as `performance.now()` counts, has been given by `beyond`. Undefined
   * if there is more to be given, and as long as nothing was read.
   */
  readonly givenUntil: () => number | undefined;
  readonly leave: () => void;
}

/** How much of the feed is kept for those who are a little behind. The others read it from the database. */
const mostKept = 10_000;

/** Entries of one read. */
const readLimit = 500;

/** The least time between two reads, in milliseconds: commits that follow one another closely are read together. */
const leastPauseMs = 5;

type Read = (query: FeedQuery) => Promise<FeedRead>;

export function createFeedTail(read: Read): FeedTail {
  const followers = new Map<object, number>();
  const kept = createKept();
  let isRunning = false;
  let isNoticed = false;
  /** When the last read began that found the end of the feed. */
  let readAt: number | undefined;
  let wake = () => {};
  let onMoved: (() => void)[] = [];

  function tellMoved(): void {
    const waiting = onMoved;
    onMoved = [];
    for (const resolve of waiting) resolve();
  }

  async function run(): Promise<void> {
    while (followers.size > 0) {
      isNoticed = false;
      const isFull = await readOn();
      if (!isFull && followers.size > 0) await pause();
    }
    kept.forget();
    readAt = undefined;
    isRunning = false;
  }

  /** Returns whether there is more to read at once. Never rejects: it tries again when the next poll is due. */
  async function readOn(): Promise<boolean> {
    const began = performance.now();
    try {
      const page = await read({ after: kept.end() ?? "end", limit: readLimit });
      const isNews = page.status === "reset" || kept.end() === undefined || page.entries.length > 0;
      if (page.status === "reset") kept.forget();
      else kept.add(page.entries, page.position);
      const isMore = page.status === "reset" || page.entries.length === readLimit;
      if (!isMore) readAt = began;
      if (isNews) tellMoved();
      return isMore;
    } catch {
      return false;
    }
  }

  async function pause(): Promise<void> {
    await sleep(leastPauseMs);
    if (isNoticed || followers.size === 0) return;
    await sleep(Math.min(...followers.values()) - leastPauseMs, (stop) => {
      wake = stop;
    });
    wake = () => {};
  }

  function start(): void {
    if (isRunning) return;
    isRunning = true;
    void outsideOfCallers(run);
  }

  return {
    notice() {
      isNoticed = true;
      wake();
    },
    follow(pollMs) {
      const self = {};
      followers.set(self, pollMs);
      start();
      // A poll that was to wait longer is due earlier now.
      wake();
      const reader = kept.reader();
      return {
        beyond: reader.beyond,
        givenUntil: () => (reader.hasAll() ? readAt : undefined),
        moved: (signal) =>
          new Promise((resolve) => {
            const done = () => {
              signal?.removeEventListener("abort", done);
              resolve();
            };
            onMoved.push(done);
            signal?.addEventListener("abort", done);
          }),
        leave() {
          followers.delete(self);
          if (followers.size === 0) wake();
        },
      };
    },
  };
}

export function sleep(ms: number, onStarted: (stop: () => void) => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(ms, 0));
    onStarted(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The entries that are kept, between two positions. */
function createKept() {
  let entries: FeedEntry[] = [];
  /** How many entries there were before the first one that is kept. */
  let dropped = 0;
  let start: FeedPosition = [];
  let end: FeedPosition | undefined;
  /** Grows when the entries are no continuation of those before. */
  let generation = 1;

  const covers = (position: FeedPosition) => {
    const numbers = numbersOf(position);
    return start.every(({ partition, seq }) => (numbers.get(partition) ?? 0) >= seq);
  };

  return {
    end: () => end,
    forget() {
      entries = [];
      end = undefined;
      generation += 1;
    },
    add(more: readonly FeedEntry[], position: FeedPosition) {
      if (end === undefined) start = position;
      end = position;
      entries.push(...more);
      if (entries.length <= mostKept) return;
      const gone = entries.splice(0, entries.length - mostKept / 2);
      start = positionAfter(start, gone);
      dropped += gone.length;
    },
    /**
     * Remembers how far it has come, so that it need not look at all entries each time. Of another generation, it knows
     * nothing first: a subscriber reads the feed from its position, which shows whether the position fits.
     */
    reader() {
      let next: number | undefined;
      let of = 0;
      const hasAll = () => end !== undefined && of === generation && next === dropped + entries.length;
      const beyond: TailFollower["beyond"] = (position) => {
        if (end === undefined) return undefined;
        if (of !== generation) {
          [of, next] = [generation, undefined];
          return undefined;
        }
        const isBehind = next === undefined || next < dropped;
        if (isBehind && !covers(position)) return undefined;
        const from = isBehind ? 0 : (next ?? 0) - dropped;
        next = dropped + entries.length;
        // Who has read the database may be ahead of the tail.
        return from === entries.length ? [] : entries.slice(from).filter(isBeyond(position));
      };
      return { beyond, hasAll };
    },
  };
}

function isBeyond(position: FeedPosition): (entry: FeedEntry) => boolean {
  const numbers = numbersOf(position);
  return ({ partition, seq }) => seq > (numbers.get(partition) ?? 0);
}

function numbersOf(position: FeedPosition): ReadonlyMap<number, number> {
  return new Map(position.map(({ partition, seq }) => [partition, seq]));
}
