export const contenderNames = [
  "slotwright",
  "slotwright-unseen",
  "slotwright-policies",
  "lock-row",
  "lock-row-kysely",
  "check-then-insert",
  "floor",
  "pgbench",
] as const;
/** Those that are compared. */
export type ContenderName = (typeof contenderNames)[number];

export const workloadNames = [
  "own-slots",
  "spread-slots",
  "hot-slot",
  "taken",
  "search",
  "search-week",
  "search-open",
  "live-search",
  "history",
  "publish",
  "feed",
  "news",
  "news-elsewhere",
  "news-elsewhere-100ms",
] as const;
export type WorkloadName = (typeof workloadNames)[number];

/** How fast a booking is known to those who follow what happens. */
export const newsWorkloads = ["news", "news-elsewhere", "news-elsewhere-100ms"] as const satisfies WorkloadName[];

/** Those for which somebody has to follow what happens. */
export const followingWorkloads = ["feed", ...newsWorkloads] as const satisfies WorkloadName[];
export type FollowingWorkload = (typeof followingWorkloads)[number];

/** Where all slots are. */
export const facilityId = "north";

/** Names of providers have the same length. */
export const providerName = (number: number): string => `provider-${String(number).padStart(4, "0")}`;

export interface TimeSpan {
  readonly start: Date;
  readonly end: Date;
}

/** What one call publishes. */
export interface Shift {
  readonly providerId: string;
  /** In order, none overlapping another. */
  readonly times: readonly TimeSpan[];
}

export interface FreeSlot extends TimeSpan {
  readonly id: string;
  readonly providerId: string;
}

export interface FreeSlotSearch {
  readonly providerIds: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

/** What a screen asks for: free slots in the few columns that it shows. */
export interface OfferSearch extends Omit<FreeSlotSearch, "to"> {
  /** Undefined if it has no end. */
  readonly to: Date | undefined;
}

/** How many free slots a search returns at most. */
export const pageSize = 100;

/** What callers ask of a booking system. Each contender is one, on a database of its own. */
export interface Application {
  readonly publish: (shift: Shift) => Promise<readonly FreeSlot[]>;
  /** False if somebody else has the slot. Rejects if anything else goes wrong. */
  readonly book: (slot: FreeSlot) => Promise<boolean>;
  /** Resolves with how many were found. */
  readonly search: (search: FreeSlotSearch) => Promise<number>;
  /** The same, of what a screen shows. */
  readonly findOpen: (search: OfferSearch) => Promise<number>;
  /** The same from memory. Left out by those who ask the database each time. */
  readonly searchLive?: (search: FreeSlotSearch) => Promise<number>;
  /** Resolves with how many entries there are. */
  readonly history: (slotId: string) => Promise<number>;
}

/** What the database holds, counted by plain SQL. */
export interface Tally {
  readonly appointments: number;
  /** Fewer than appointments, if slots were booked twice. */
  readonly bookedSlots: number;
}

/** How much work there is in one turn. */
export interface Load {
  readonly workload: WorkloadName;
  readonly callers: number;
  readonly operations: number;
}

/** The result of a turn. */
export interface Turn {
  readonly elapsedMs: number;
  /** Operations that were answered; for `publish`, slots; for `feed`, entries, once for each reader. */
  readonly done: number;
  /**
   * Counted from the caller's previous answer, so waiting for a turn is included. For `feed`, how long each reader took;
   * for the news of a booking, from its answer.
   */
  readonly latenciesMs: readonly number[];
  /** Answers that were neither yes nor no, and bookings of which no news came. */
  readonly errors: readonly string[];
  /** Bookings that were acknowledged. */
  readonly booked: number;
}

export interface Contender {
  readonly name: ContenderName;
  readonly workloads: readonly WorkloadName[];
  /** Prepares what the load needs, untimed, and carries it out. */
  readonly turn: (load: Load) => Promise<Turn>;
  readonly tally: () => Promise<Tally>;
  readonly close: () => Promise<void>;
}
