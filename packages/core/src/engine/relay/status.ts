import { isBookingError } from "../../errors/index.ts";
import type { JournaledKind } from "../../model/journal.ts";
import { readFeed } from "../feed/changes.ts";
import { retryReads } from "../retry.ts";
import type { ParkedState, RelayState } from "./state.ts";
import type { RelayContext } from "./take-lease.ts";

/** A record that is parked, with what follows its first entry. */
export interface ParkedRecord {
  /** Whether it is a slot, an appointment or an availability. */
  readonly recordKind: JournaledKind;
  /** Its id, as `release` takes it. */
  readonly recordId: string;
  /** The version of the entry that has failed. */
  readonly fromVersion: number;
  /** The version of the last entry that waits behind it. */
  readonly lastVersion: number;
  /** How often it has failed. */
  readonly attempts: number;
  /** When it is retried next, by the clock of the database. */
  readonly retryAt: Date;
  /** What the handler has thrown last, or that the journal lacks the entry: at most 200 characters. */
  readonly error: string;
  /** What `release` has asked for, until the process that has the lease has heard it. A skip may go less far than `lastVersion`. */
  readonly asked: "retry" | "skip" | null;
}

/** What `status` of a relay returns. */
export interface RelayStatus {
  /** An id of the run that has the lease. Null if nobody has it. */
  readonly holder: string | null;
  /** The fencing token of the latest holder. 0 if the relay has never run. */
  readonly token: number;
  /** When the lease expires, by the clock of the database, unless it is renewed. Null if nobody has it. */
  readonly until: Date | null;
  /**
   * How many entries are neither handed over nor parked. 500 means as many or more. Null if its place is not in the feed any
   * more: `run` is then refused with `feed_reset`.
   */
  readonly behind: number | null;
  /** The parked records, those parked for the longest time first. */
  readonly parked: readonly ParkedRecord[];
}

/** What is counted of the entries that are behind. */
const mostCounted = 500;

/** @throws BookingError */
export async function status({ settings, plan }: RelayContext): Promise<RelayStatus> {
  const { storage } = settings;
  const [stored, now] = await retryReads(settings, () =>
    Promise.all([storage.readRelay(plan.name), storage.readClock()]),
  );
  const state = stored?.state as RelayState | undefined;
  const lease = state?.lease && state.lease.until > now.getTime() ? state.lease : null;
  return {
    holder: lease?.holder ?? null,
    token: state?.token ?? 0,
    until: lease === null ? null : new Date(lease.until),
    behind: await countBehind({ settings, plan }, state),
    parked: (state?.parked ?? []).map(shown),
  };
}

async function countBehind(
  { settings, plan }: Pick<RelayContext, "settings" | "plan">,
  state: RelayState | undefined,
): Promise<number | null> {
  if (state === undefined && plan.from === "end") return 0;
  try {
    return (await readFeed(settings, { after: state?.position ?? null, limit: mostCounted })).entries.length;
  } catch (error) {
    if (isBookingError(error, "feed_reset")) return null;
    throw error;
  }
}

const shown = ({ skipTo, ...state }: ParkedState): ParkedRecord => ({ ...state, retryAt: new Date(state.retryAt) });
