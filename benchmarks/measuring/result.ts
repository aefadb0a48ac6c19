import type { EngineName } from "@slotwright/lab/engines";
import type { EngineFacts } from "../arenas/arena.ts";
import type { ContenderName } from "../contenders/contender.ts";
import type { AddedRoundTrip } from "../round-trip/round-trip.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Scenario } from "./scenario.ts";

/** One contender in one scenario: medians of the rounds, and the errors of all of them. */
export interface ResultRow extends Scenario {
  readonly contender: ContenderName;
  /** Answers per second; for `publish`, slots per second. */
  readonly opsPerSecond: number;
  /** The same of each round, in their order. Results that were kept from before do not have it. */
  readonly perRound?: readonly number[];
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers that were neither yes nor no, double bookings, and bookings that were counted but not found. */
  readonly errors: number;
}

/** How often a slot was booked twice, if that happened. */
export interface DoubleBookings extends Scenario {
  readonly contender: ContenderName;
  /** Slots that were booked at all. */
  readonly bookedSlots: number;
  /** Bookings that were acknowledged for a slot that had been promised to somebody else. */
  readonly doubleBooked: number;
}

export interface BenchmarkResult extends Circumstances {
  readonly rounds: number;
  readonly roundMs: number;
  readonly engines: readonly EngineFacts[];
  /** The delay that the proxies actually added. */
  readonly addedRoundTrips: readonly AddedRoundTrip[];
  readonly rows: readonly ResultRow[];
  readonly doubleBookings: readonly DoubleBookings[];
  readonly notes: readonly { readonly engine: EngineName; readonly note: string }[];
}
