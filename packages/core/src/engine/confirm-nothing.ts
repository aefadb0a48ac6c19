import { type Attempt, lostTo } from "./attempt.ts";
import { changedAmong } from "./confirm-refusal.ts";
import type { Loaded } from "./load-records.ts";
import type { EngineSettings } from "./options.ts";
import type { Request } from "./request.ts";

/**
 * A decision that writes nothing meets nobody at a commit. If it rests on several reads, what was read first may be over by the
 * last one: publishing by hours that others have changed, it would report as outside of them what was booked by the new ones. What
 * is still as it was first read was also so during the last read. Of a schedule only what never changes is looked at.
 */
export async function confirmNothing(
  { storage }: EngineSettings,
  { patience }: Request,
  { records, reads }: Loaded,
  result: object,
): Promise<Attempt> {
  const doubtful = reads.slice(0, -1).flat();
  const keys = doubtful.filter(({ kind }) => kind !== "command" && kind !== "schedule");
  if (keys.length === 0) return { result };
  const changed = changedAmong(records, keys, await storage.load(keys, patience.until));
  return changed.length > 0 ? lostTo(changed) : { result };
}
