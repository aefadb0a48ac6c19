import type { FeedPosition } from "../../storage/adapter.ts";
import { type Bell, createBell } from "../bell.ts";

/** How far the latest part of the feed is known to those who gather news. */
export interface Published {
  /** How many entries that is, counted as the kept entries count. */
  readonly count: number;
  /** The position after the last of them. Undefined as long as the feed is not known. */
  readonly end: FeedPosition | undefined;
}

/**
 * News for all who gather for the same time: they are told at the same moments, at most once in so many milliseconds, and
 * each time of the same entries. What is made of these entries can then be made once for all of them.
 */
export interface Gathering {
  readonly published: () => Published;
  readonly moves: () => number;
  readonly bell: Bell;
  /** Says that there is more, or that the feed begins anew. */
  readonly notice: () => void;
  /** Nobody gathers any more. A timer would keep the process alive. */
  readonly end: () => void;
}

export function createGathering(ms: number, latest: () => Published): Gathering {
  const bell = createBell();
  let published = latest();
  let moves = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function publish(): void {
    timer = undefined;
    const before = published;
    published = latest();
    // That the feed begins, or begins anew, is no news that what comes next would have to wait for.
    if (published.count > before.count) toldAt = performance.now();
    moves += 1;
    bell.ring();
  }

  return {
    published: () => published,
    moves: () => moves,
    bell,
    notice() {
      if (timer !== undefined) return;
      const due = toldAt + ms - performance.now();
      if (due <= 0) publish();
      else timer = setTimeout(publish, due);
    },
    end: () => clearTimeout(timer),
  };
}
