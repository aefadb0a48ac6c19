import type { EngineSettings } from "../options.ts";
import type { OwnHolds } from "../own-holds.ts";
import type { Booker } from "../sight/booking.ts";

/** One question, and when it is asked. */
export interface Asking {
  readonly settings: EngineSettings;
  /** Undefined if it is only asked what is free. */
  readonly booker: Booker | undefined;
  /** The holds that the caller says are their own. Undefined if none are. */
  readonly own: OwnHolds | undefined;
  readonly now: Date;
  /** When reads may wait no longer, as `performance.now()` counts. */
  readonly until: number;
}
