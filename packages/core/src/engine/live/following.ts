import { type BookingError, isBookingError } from "../../errors/index.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import { pause } from "../bell.ts";
import { elapsedMs } from "../elapsed.ts";
import { endOfFeed } from "../feed/changes.ts";
import { feedCursor } from "../feed/feed-cursor.ts";
import type { TailFollower } from "../feed/feed-tail.ts";
import { isAway, nextBatch } from "../feed/next-batch.ts";
import type { EngineSettings } from "../options.ts";
import { outsideOfCallers } from "../outside-of-callers.ts";
import { enoughFor } from "./live-window.ts";
import { msUntilWhole, restedAfter, warnFull } from "./room.ts";
import { applyToWatches, type SubjectWatch } from "./subject-watch.ts";
import {
  applyEntries,
  beginsOutside,
  type FollowContext,
  type FollowOptions,
  leaveBehind,
  readOn,
  readWindow,
  type WindowSlots,
} from "./window-slots.ts";

/** What is held, and how far it has followed the feed. */
export interface Following {
  readonly slots: () => WindowSlots;
  /** The cursor of the feed at which the slots are as they are held. */
  readonly cursor: () => string;
  /** Everything that was committed before this time is known, as `elapsedMs` counts. */
  readonly knownUntil: () => number;
  /** Why the feed could not be followed, until it can be again. Null where the database is merely away. */
  readonly failure: () => BookingError | null;
  /**
   * Whether something is missing at this time that the feed does not tell: after a reset, beyond `maxSlots`, or where the window
   * begins outside of what was read.
   */
  readonly isIncomplete: (now: number) => boolean;
  /** Subjects whose appointments are kept up to date along with the slots. */
  readonly watches: Set<SubjectWatch>;
  /** Reads on at once if the window has moved, and anew if it begins outside of what was read. */
  readonly moveOn: () => void;
}

/** The slots, and where they stand in the feed. */
interface Standing {
  slots: WindowSlots;
  position: FeedPosition;
  cursor: string;
  knownUntil: number;
  /** From when on slots that were left out may be looked for, as `performance.now()` counts. */
  restedAt: number;
}

interface State extends Standing {
  readonly watches: Set<SubjectWatch>;
  /** Set while the feed is followed. */
  tail: TailFollower | undefined;
  /** Whether the tail has given what is not applied yet. */
  isApplying: boolean;
  /** Whether the feed from here on does not tell all that is missing, so that slots and appointments have to be read anew. */
  mustReadAnew: boolean;
  failure: BookingError | null;
  /** Ends the wait for the feed. */
  wake: AbortController;
}

/** How long it waits after a failure, in milliseconds. */
const pauseMs = 500;

/** The longest wait for what the clock brings: it may be set forward. */
const longestWaitMs = 10 * 60 * 1000;

/**
 * Reads the slots of the window, and follows the feed from then on, until `signal` is aborted.
 * @throws BookingError `invalid_input` if there are more than `maxSlots`; `aborted`
 */
export async function startFollowing(
  settings: EngineSettings,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<Following> {
  const context = { settings, options, signal };
  const state: State = {
    ...(await readAll(context, false)),
    watches: new Set(),
    tail: undefined,
    isApplying: false,
    mustReadAnew: false,
    failure: null,
    wake: new AbortController(),
  };
  signal.addEventListener("abort", () => state.wake.abort(), { once: true });
  void outsideOfCallers(() => run(context, state));
  return {
    slots: () => state.slots,
    watches: state.watches,
    cursor: () => state.cursor,
    knownUntil: () => knownUntil(state),
    failure: () => (state.tail?.givenUntil() === undefined ? state.failure : null),
    isIncomplete: (now) =>
      state.mustReadAnew || state.slots.leftOut !== undefined || beginsOutside(options, state.slots, now),
    moveOn: () => state.wake.abort(),
  };
}

/** Cursor first: the feed then tells what changes while the slots are read. */
async function readAll(context: FollowContext, mayBeFull: boolean): Promise<Standing> {
  const [knownUntil, began] = [elapsedMs(), performance.now()];
  const position = await endOfFeed(context.settings);
  const slots = await readWindow(context, mayBeFull);
  return { slots, position, cursor: feedCursor(position), knownUntil, restedAt: restedAfter(began) };
}

async function run(context: FollowContext, state: State): Promise<void> {
  const { signal } = context;
  while (!signal.aborted) {
    try {
      if (state.mustReadAnew) await readAnew(context, state);
      await followFeed(context, state);
    } catch (error) {
      state.mustReadAnew ||= isBookingError(error, "feed_reset");
      state.failure = isBookingError(error) && !isAway(error) ? error : null;
      await pause(pauseMs, signal);
    }
  }
}

async function readAnew(context: FollowContext, state: State): Promise<void> {
  const { leftOut } = state.slots;
  const began = performance.now();
  // Once the slots have moved on in the feed, what was passed is lost to the watches, until they are read, too.
  Object.assign(state, await readAll(context, true), { mustReadAnew: true });
  if (state.slots.leftOut !== undefined && leftOut === undefined) warnFull(context);
  for (const watch of state.watches) await watch.readAnew(state.slots.from);
  // The watches are a part of it.
  state.restedAt = restedAfter(began);
  [state.mustReadAnew, state.failure] = [false, null];
}

async function followFeed(context: FollowContext, state: State): Promise<void> {
  const tail = context.settings.feedTail.follow(context.options.pollMs);
  state.tail = tail;
  try {
    while (!context.signal.aborted) {
      if (isOutside(context, state) || roomWaitMs(context, state) <= 0) await readAnew(context, state);
      else if (waitMs(context, state) <= 0) await move(context, state);
      // Once the tail has given what is new, it does not tell any more until when all before it was given.
      state.knownUntil = knownUntil(state);
      const batch = await nextUnlessMoved(context, state, tail);
      if (batch.length > 0) await apply(context, state, tail, batch);
    }
  } finally {
    state.knownUntil = knownUntil(state);
    [state.tail, state.isApplying] = [undefined, false];
    tail.leave();
  }
}

/** While something is applied or waits for it, that counts from the last look at the feed that had found nothing. */
function knownUntil({ isApplying, tail, knownUntil }: State): number {
  if (isApplying || tail === undefined) return knownUntil;
  return tail.givenUntil() ?? Math.max(knownUntil, tail.lastGivenUntil() ?? 0);
}

/** The window has moved on: what has begun goes, and what follows is read. */
async function move(context: FollowContext, state: State): Promise<void> {
  const hasRoomAgain = leaveBehind(context, state.slots);
  await (hasRoomAgain ? readAnew(context, state) : readOn(context, state.slots));
}

/** Waits for the feed until the window has moved on, or slots that were left out can be looked for. */
async function nextUnlessMoved(
  context: FollowContext,
  state: State,
  tail: TailFollower,
): Promise<readonly FeedEntry[]> {
  const wake = new AbortController();
  state.wake = wake;
  if (context.signal.aborted) wake.abort();
  const ms = Math.min(waitMs(context, state), roomWaitMs(context, state));
  const timer =
    ms < Number.POSITIVE_INFINITY
      ? setTimeout(() => wake.abort(), Math.min(Math.max(ms, 0), longestWaitMs))
      : undefined;
  try {
    return await nextBatch(context.settings, tail, state.position, wake.signal);
  } finally {
    clearTimeout(timer);
  }
}

const isOutside = ({ settings, options }: FollowContext, { slots }: Standing): boolean =>
  beginsOutside(options, slots, settings.clock.now().getTime());

function waitMs({ settings, options }: FollowContext, { slots }: Standing): number {
  return enoughFor(options.window, slots.loadedTo, settings.clock.now().getTime());
}

/** How long until slots that were left out are looked for, in milliseconds. Infinity if none were. */
function roomWaitMs({ settings, options }: FollowContext, { slots, restedAt }: Standing): number {
  const ms = msUntilWhole(slots, options.maxSlots, settings.clock.now().getTime());
  return Math.max(ms, restedAt - performance.now());
}

async function apply(
  context: FollowContext,
  state: State,
  tail: TailFollower,
  batch: readonly FeedEntry[],
): Promise<void> {
  const until = tail.givenUntil();
  state.isApplying = true;
  const entries = batch.map(({ entry }) => entry);
  await applyEntries(context, state.slots, entries);
  await applyToWatches(context.settings, state.watches, entries);
  state.position = positionAfter(state.position, batch);
  state.cursor = feedCursor(state.position);
  state.knownUntil = until ?? state.knownUntil;
  [state.isApplying, state.failure] = [false, null];
}
