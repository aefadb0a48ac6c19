import type { ZoneClock } from "../../model/zone-clock.ts";
import type { Policy } from "../policy.ts";

/** Somebody's time, in epoch milliseconds. */
export interface Times {
  readonly start: number;
  readonly end: number;
}

/** Where a slot is. */
export interface PlaceOfSlot {
  readonly scheduleId: string;
  readonly providerId: string;
  readonly facilityId: string;
}

/** A slot that is free, or that the caller holds, of which it is asked whether all of it could be booked. */
export interface OfferedTime extends Times {
  readonly place: PlaceOfSlot;
  /** The clock of its schedule's zone. */
  readonly zone: ZoneClock;
  /** What is booked or held of its provider now, without this slot. */
  readonly taken: TakenTimes;
}

/** What is booked or held of one provider. */
export interface TakenTimes {
  /**
   * Calls back for each that overlaps the time, until one call returns true, and returns whether one did. In the order
   * of their starts.
   */
  readonly some: (start: number, end: number, found: (one: TakenTime) => boolean) => boolean;
  /** How many start within a time. */
  readonly starting: (start: number, end: number) => number;
  /**
   * Stands for the provider: the same object for all free slots of one search. For a slot that the caller holds it is
   * another one at each access, so nothing is kept for it.
   */
  readonly key: object;
}

/** A slot that is booked or held. It is only good until the next one is called back for. */
export interface TakenTime extends Times {
  readonly place: PlaceOfSlot;
  /** The same number for all slots of one appointment, and another for those of others. 0 if it is held. */
  readonly appointment: number;
}

/** Another appointment of the subject. */
export interface OtherTime extends Times {
  readonly providerId: string;
}

/** For whom, and when, a search asks. */
export interface SearchByTimes {
  readonly now: number;
  /** The subject's appointments that count now, as far as any policy looks. */
  readonly ofSubject: readonly OtherTime[];
}

/**
 * Whether the policy lets a slot be booked that is free, or that the caller holds. It may keep what it has worked out
 * until the search is over.
 */
export type AllowsTime = (offered: OfferedTime) => boolean;

/** Prepares for one search. */
export type ByTimes = (search: SearchByTimes) => AllowsTime;

interface Sworn {
  readonly byTimes: ByTimes;
  readonly check: Policy["check"];
  readonly sees: Policy["sees"];
}

const sworn = Symbol("slotwright policy by times");

/**
 * The policy, which also decides bookings by their times alone, without records: for searches of live slots, which hold
 * no others. `byTimes` says yes where `check` says nothing, and no where it objects.
 */
export function decidingByTimes(policy: Policy, byTimes: ByTimes): Policy {
  const { check, sees } = policy;
  return { ...policy, [sworn]: { byTimes, check, sees } satisfies Sworn } as Policy;
}

/** Undefined for a policy that may look at anything. One that was made of a supplied one may have a check of its own. */
export function byTimesOf(policy: Policy): ByTimes | undefined {
  const own = (policy as { readonly [sworn]?: Sworn })[sworn];
  return own !== undefined && own.check === policy.check && own.sees === policy.sees ? own.byTimes : undefined;
}

/** Of those that are no matter of bookings. */
export const alwaysByTimes: ByTimes = () => () => true;
