import type { DatabaseAddress } from "@slotwright/lab/engines";

/** What a process of callers receives: first where to work, and then what to do in each round. */
export type ToCallers = DatabaseAddress | Crowd;

/** This many callers at once who want the same half hour of one provider. */
export interface Crowd {
  readonly providerId: string;
  readonly first: number;
  readonly callers: number;
  /**
   * The slots to book by their ids, caller by caller and then again from the first. If there are none, bookings are by
   * time.
   */
  readonly slotIds: readonly string[];
}

export interface CrowdReport {
  readonly booked: number;
  readonly refused: number;
  readonly errors: readonly string[];
}

export const crowdTime = {
  facilityId: "stadium",
  start: new Date(Date.UTC(2027, 3, 5, 8)),
  end: new Date(Date.UTC(2027, 3, 5, 8, 30)),
} as const;
