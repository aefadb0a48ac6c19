import type { DatabaseAddress } from "@slotwright/lab/engines";

/** What a process of callers is told: first where, then what to do, as often as there are rounds. */
export type ToCallers = DatabaseAddress | Crowd;

/** So many callers at once who want the same half hour of one provider. */
export interface Crowd {
  readonly providerId: string;
  readonly first: number;
  readonly callers: number;
  /** The slots to be booked by their ids, caller by caller and again from the first; by time where there are none. */
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
