import { newToken } from "../ids.ts";
import { parse } from "../parse.ts";
import { retryReads } from "../retry.ts";
import { type ReleaseRecordInput, releaseSchema } from "./options.ts";
import { nameText, type ParkedState, type RelayState } from "./state.ts";
import type { RelayContext } from "./take-lease.ts";

/**
 * Only the holder of the lease knows what is being handled. So this leaves a note for it in the state, or for the next
 * holder.
 *
 * @throws BookingError
 */
export async function release({ settings, plan }: RelayContext, input: ReleaseRecordInput): Promise<boolean> {
  const { skip, ...record } = parse(releaseSchema, input);
  const key = nameText(record);
  const { storage } = settings;
  // The note may be left twice. So a write that may have been applied can simply be made again.
  return retryReads(settings, async () => {
    for (;;) {
      const stored = await storage.readRelay(plan.name);
      const state = stored?.state as RelayState | undefined;
      if (stored === undefined || !state?.parked.some((parked) => nameText(parked) === key)) return false;
      const parked = state.parked.map((one) => (nameText(one) === key ? { ...one, ...noteOf(one, skip) } : one));
      const next: RelayState = { ...state, parked, writeId: newToken() };
      if (await storage.storeRelay({ name: plan.name, expected: stored.version, state: next })) return true;
    }
  });
}

/**
 * A record may go on failing after it was given up, so a skip says how far it goes. One that nobody has heard yet stays: what
 * it leaves is retried as well.
 */
const noteOf = ({ asked, lastVersion }: ParkedState, skip: boolean): Pick<ParkedState, "asked" | "skipTo"> =>
  skip ? { asked: "skip", skipTo: lastVersion } : { asked: asked ?? "retry" };
