import type { BookingError } from "../../errors/index.ts";
import type { FreeTime, NextTimes, TimesByDay } from "../../model/free-time.ts";
import type { OpenDay, OpenSlot } from "../../model/open-slot.ts";
import type {
  CountByDayInput,
  ForSubjectInput,
  LiveCountTimesInput,
  LiveNextTimesInput,
  LiveOpenInput,
  LiveTimesInput,
  NextOpenInput,
} from "../../model/read-inputs.ts";
import type { Page } from "../page.ts";

/** Where live slots stand in the feed, and how old what they say may be. */
export interface LiveStanding {
  /** The cursor of the feed at which the slots were as the answer has them: `changes({ after })` goes on from it. */
  readonly cursor: string;
  /** The instant at which holds counted as expired or not. */
  readonly asOf: Date;
  /** What others committed in the last so many milliseconds may be missing. */
  readonly behindMs: number;
  /**
   * Whether `behindMs` is more than `staleAfterMs`, because the feed cannot be read, or something is missing for another
   * reason: while all is read anew after a `feed_reset`, where there are more slots than `maxSlots`, and where a window
   * has moved on and its end could not be read, or has moved back with a clock that was set back.
   */
  readonly isStale: boolean;
}

/** What `live.findOpen` returns. */
export interface LiveOpenPage extends Page<OpenSlot>, LiveStanding {}

/** What `live.findTimes` returns. */
export interface LiveTimesPage extends Page<FreeTime>, LiveStanding {}

/** What `live.nextTimes` returns. */
export interface LiveNextTimes extends NextTimes, LiveStanding {}

/** What `live.countTimes` returns. */
export interface LiveTimesByDay extends TimesByDay, LiveStanding {}

/** Where a search for a subject was answered, and how old what it says may be. */
export interface LiveSubjectStanding extends Omit<LiveStanding, "cursor"> {
  /** Who decided: the memory of the process, or the database. */
  readonly source: "live" | "database";
  /** The cursor of the feed at which the slots were as the answer has them. Null from the database. */
  readonly cursor: string | null;
}

/** What a search of live slots for a subject returns. */
export interface LiveSubjectPage extends Page<OpenSlot>, LiveSubjectStanding {}

/** What a search of live slots for times of a length for a subject returns. */
export interface LiveSubjectTimesPage extends Page<FreeTime>, LiveSubjectStanding {}

/** Live slots, as one actor can book them for one subject. */
export interface LiveOfSubject {
  /**
   * Finds what the actor could book for the subject now, in the order of `start` and then id, or in reverse, a page at a
   * time: a free slot that `authorize`, the rules and the policies let them book.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed. Where the database has to decide, also `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   */
  findOpen(input?: LiveOpenInput): Promise<LiveSubjectPage>;

  /**
   * Finds the times of a length that the actor could book for the subject now, as `findTimes` of their engine does: slots that
   * are stored, and openings that are computed of the hours, in at most 62 days of the window. `follow` must have been told to
   * know the `openings`.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed. Where the database has to decide, also `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   */
  findTimes(input: LiveTimesInput): Promise<LiveSubjectTimesPage>;

  /** Forgets the subject. The live slots stay. */
  close(): void;
}

/** What `live.next` returns. */
export interface LiveNext extends LiveStanding {
  readonly items: readonly OpenSlot[];
}

/** What `live.countByDay` returns. */
export interface LiveDays extends LiveStanding {
  /** The days that have an open slot, in their order. */
  readonly days: readonly OpenDay[];
}

/** What `live.freshness` returns. */
export interface LiveFreshness extends LiveStanding {
  /** How many slots are held, in every state but `withdrawn`. These count against `maxSlots`. */
  readonly slots: number;
  /**
   * What keeps it from following the feed, such as a `schema_outdated`: somebody has to see to it. Null if nothing does,
   * and while the database is merely away.
   */
  readonly failure: BookingError | null;
}

/**
 * The slots of a window, in memory and up to date. Every call answers at once, asks no database, and throws instead of
 * rejecting. What it offers is a hint: only a booking decides.
 */
export interface LiveSlots {
  /**
   * Finds slots that are free, or whose hold has expired, in the order of `start` and then id, or in reverse, a page at
   * a time.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { items, isStale } = live.findOpen({ providerIds: ["dr-grey"], limit: 20 });
   * ```
   */
  findOpen(input?: LiveOpenInput): LiveOpenPage;

  /**
   * Finds times of a length, as `findTimes` of the engine does: slots that are stored, and openings that are computed of the
   * hours. `follow` must have been told to know the `openings`.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { items } = live.findTimes({ providerIds: ["dr-grey"], facilityId: "north", minutes: 45 });
   * ```
   */
  findTimes(input: LiveTimesInput): LiveTimesPage;

  /**
   * Finds the next times of a length, from now on if nothing else is said: slots that are stored, and openings that are
   * computed of the hours. `follow` must have been told to know the `openings`.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { items } = live.nextTimes({ providerIds: ["dr-grey"], facilityId: "north", minutes: 45, count: 3 });
   * ```
   */
  nextTimes(input: LiveNextTimesInput): LiveNextTimes;

  /**
   * Counts the times of a length of each day: slots that are stored, and openings that are computed of the hours. `follow`
   * must have been told to know the `openings`.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { days } = live.countTimes({ providerIds: ["dr-grey"], facilityId: "north", minutes: 45 });
   * ```
   */
  countTimes(input: LiveCountTimesInput): LiveTimesByDay;

  /**
   * Begins searches for what one actor can book for one subject. Policies that are supplied are decided from memory: the
   * slots around a free one are held, and the subject's appointments are read once and then follow the feed. `authorize`
   * and policies of your own are shown whole records. Where live slots do not hold enough, the search asks the database.
   *
   * @throws BookingError `invalid_input`; `storage_misused` once it is closed; `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const own = await live.forSubject({ actor, subjectId });
   * const { items } = await own.findOpen({ providerIds: ["dr-grey"], limit: 20 });
   * own.close();
   * ```
   */
  forSubject(input: ForSubjectInput): Promise<LiveOfSubject>;

  /**
   * Counts the open slots of each day.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `invalid_time_range`; `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { days } = live.countByDay({ timeZone: "Europe/Berlin" });
   * ```
   */
  countByDay(input?: CountByDayInput): LiveDays;

  /**
   * Finds the next open slots, from now on if nothing else is said.
   *
   * @throws BookingError `invalid_input`, also for providers, a facility or a time that it does not follow;
   * `storage_misused` once it is closed.
   * @example
   * ```ts
   * const { items } = live.next({ minutes: 45, count: 3 });
   * ```
   */
  next(input?: NextOpenInput): LiveNext;

  /**
   * Says how far behind it is, and where it stands.
   *
   * @throws BookingError `storage_misused` once it is closed.
   */
  freshness(): LiveFreshness;

  /** Ends it, and frees its memory. */
  close(): void;
}
