import type { FeedPosition, FeedQuery, FeedRead } from "../../storage/adapter.ts";
import { createBell, pause } from "../bell.ts";
import { elapsedMs } from "../elapsed.ts";
import { outsideOfCallers } from "../outside-of-callers.ts";
import { passesByItself } from "../storage-failures.ts";
import { createGathering, type Gathering } from "./gathering.ts";
import { createKeptEntries, type KeptReader } from "./kept-entries.ts";

/**
 * The latest part of the feed, which one poller reads for all subscribers of an engine. It reads while somebody
 * follows: after each commit of the engine itself, and when the poll is due.
 */
export interface FeedTail {
  /** Says that this engine has committed something. */
  readonly notice: () => void;
  /** Takes part until `leave`. With `gatherMs` above 0, news come at most once in so many milliseconds. */
  readonly follow: (pollMs: number, gatherMs?: number) => TailFollower;
}

export interface TailFollower extends Pick<KeptReader, "beyond" | "doubt"> {
  /** Grows when the tail has something new, begins anew, or cannot be read until somebody sees to it. */
  readonly moves: () => number;
  /** Resolves once `moves` is no longer this number, or `signal` is aborted. */
  readonly moved: (from: number, signal?: AbortSignal) => Promise<void>;
  /**
   * Everything that was committed before this time, as `elapsedMs` counts, has been given by `beyond`. Undefined
   * if there is more to be given, and as long as nothing was read.
   */
  readonly givenUntil: () => number | undefined;
  /** What that was last, before the tail read more or began anew: what had been committed by then is still all given. */
  readonly lastGivenUntil: () => number | undefined;
  /**
   * The position itself, or an equal one that other followers stand at, too: what is made of a position can then be made
   * once for all of them.
   */
  readonly meet: (position: FeedPosition) => FeedPosition;
  readonly leave: () => void;
}

/** Entries of one read. */
const readLimit = 500;

/** The least time between two reads, in milliseconds: commits that follow one another closely are read together. */
const leastPauseMs = 5;

/** After a read that has failed, the next one is due within this many milliseconds. */
const failedPauseMs = 500;

type Read = (query: FeedQuery) => Promise<FeedRead>;

export function createFeedTail(read: Read): FeedTail {
  const polls = new Map<object, number>();
  const latest = createLatest(read);
  const poller = createPoller(polls, latest);
  return {
    notice: poller.notice,
    follow(pollMs, gatherMs = 0) {
      const self = {};
      polls.set(self, pollMs);
      poller.start();
      const { reader, ...news } = gatherMs === 0 ? latest.atOnce() : latest.gathered(gatherMs);
      let lastGiven: number | undefined;
      function noteGiven(): void {
        if (reader.hasAll()) lastGiven = latest.readAt();
      }
      latest.beforeNews.add(noteGiven);
      return {
        ...news,
        beyond: reader.beyond,
        doubt: reader.doubt,
        givenUntil: () => (reader.hasAll() ? latest.readAt() : undefined),
        lastGivenUntil: () => lastGiven,
        leave() {
          latest.beforeNews.delete(noteGiven);
          polls.delete(self);
          if (polls.size === 0) poller.wake();
        },
      };
    },
  };
}

/** What a read has found: more to be read at once, the end, or nothing, because it has failed. */
type Found = "more" | "end" | "failed";

/** What was read last. */
function createLatest(read: Read) {
  const kept = createKeptEntries();
  const bell = createBell();
  let moves = 0;
  /** When the last read began that found the end of the feed. */
  let readAt: number | undefined;
  const gatherings = new Map<number, Gathering>();
  /** Called before what was read is there to be given, or is forgotten. */
  const beforeNews = new Set<() => void>();

  function tellMoved(): void {
    moves += 1;
    bell.ring();
    for (const { notice } of gatherings.values()) notice();
  }

  function forgetKept(): void {
    for (const note of beforeNews) note();
    kept.forget();
    tellMoved();
  }

  function gatheringOf(ms: number): Gathering {
    const gathering = gatherings.get(ms) ?? createGathering(ms, () => ({ count: kept.count(), end: kept.end() }));
    gatherings.set(ms, gathering);
    return gathering;
  }

  async function readNext(): Promise<Found> {
    const began = elapsedMs();
    const page = await read({ after: kept.end() ?? "end", limit: readLimit });
    if (page.status === "reset") {
      forgetKept();
      return "more";
    }
    const isNews = kept.end() === undefined || page.entries.length > 0;
    if (page.entries.length > 0) for (const note of beforeNews) note();
    kept.add(page.entries, page.position);
    const isEnd = page.entries.length < readLimit;
    if (isEnd) readAt = began;
    if (isNews) tellMoved();
    return isEnd ? "end" : "more";
  }

  return {
    /** For a follower who is told of everything as it is read. */
    atOnce: () => ({
      reader: kept.reader(),
      moves: () => moves,
      moved: (from: number, signal?: AbortSignal) => (moves === from ? bell.heard(signal) : Promise.resolve()),
      meet: (position: FeedPosition) => position,
    }),
    /** For a follower who is told of what is read within so many milliseconds together. */
    gathered(ms: number) {
      const { published, bell, moves } = gatheringOf(ms);
      return {
        reader: kept.reader(() => published().count),
        moves,
        moved: (from: number, signal?: AbortSignal) => (moves() === from ? bell.heard(signal) : Promise.resolve()),
        meet: (position: FeedPosition) =>
          isEqual(position, published().end) ? (published().end as FeedPosition) : position,
      };
    },
    readAt: () => readAt,
    beforeNews,
    /** Nobody follows any more. */
    forget() {
      kept.forget();
      for (const { end } of gatherings.values()) end();
      gatherings.clear();
      readAt = undefined;
    },
    /** Never rejects. Of what does not pass by itself, each follower hears when it reads the feed from its own position. */
    async readOn(): Promise<Found> {
      try {
        return await readNext();
      } catch (error) {
        if (!passesByItself(error)) forgetKept();
        return "failed";
      }
    },
  };
}

function isEqual(one: FeedPosition, other: FeedPosition | undefined): boolean {
  if (one === other) return true;
  return (
    one.length === other?.length &&
    one.every(({ partition, seq, digest }, index) => {
      const mark = other[index];
      return mark?.partition === partition && mark.seq === seq && mark.digest === digest;
    })
  );
}

/** Reads on while somebody follows. */
function createPoller(polls: ReadonlyMap<object, number>, latest: ReturnType<typeof createLatest>) {
  const bell = createBell();
  let isRunning = false;
  let isNoticed = false;

  async function run(): Promise<void> {
    while (polls.size > 0) {
      isNoticed = false;
      const found = await latest.readOn();
      if (found !== "more" && polls.size > 0) await rest(found === "failed" ? failedPauseMs : Number.POSITIVE_INFINITY);
    }
    latest.forget();
    isRunning = false;
  }

  async function rest(mostMs: number): Promise<void> {
    await pause(leastPauseMs);
    if (isNoticed || polls.size === 0) return;
    await bell.heard(undefined, Math.min(mostMs, ...polls.values()) - leastPauseMs);
  }

  return {
    wake: bell.ring,
    notice() {
      isNoticed = true;
      bell.ring();
    },
    start() {
      // A poll that was to wait longer is due earlier now.
      bell.ring();
      if (isRunning) return;
      isRunning = true;
      void outsideOfCallers(run);
    },
  };
}
