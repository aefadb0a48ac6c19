import type { OwnHolds } from "../own-holds.ts";
import type { Booker } from "../sight/booking.ts";
import type { Looking } from "../slots-at-time.ts";

/** One question, and when it is asked. */
export interface Asking extends Looking {
  /** Undefined if it is only asked what is free. */
  readonly booker: Booker | undefined;
  /** The holds that the caller says are their own. Undefined if none are. */
  readonly own: OwnHolds | undefined;
}
