import type { JournalEntry } from "../../model/journal.ts";
import { handOver } from "./hand-over.ts";
import type { Lease } from "./lease.ts";
import { isSkipped, type Parked, type Parking, skip } from "./parking.ts";
import type { RelayContext } from "./take-lease.ts";

/** Entries that are read at a time. */
const pageSize = 50;

interface Retrial {
  readonly lease: Lease;
  readonly parking: Parking;
  /** Aborted when nothing more is to be handed over. */
  readonly closing: AbortSignal;
  /** Called after each entry. */
  readonly onProgress: () => void;
  /** Lets the event loop turn between entries whose handler never waits. */
  readonly takeTurn: () => Promise<void>;
}

/**
 * Hands over the entries of a parked record in their order, until one fails again. When there are no more, the record is
 * parked no longer. More may come while this waits, so how far they go is looked at without waiting in between.
 */
export async function retryParked(context: RelayContext, parked: Parked, retrial: Retrial): Promise<void> {
  const { lease, parking, closing } = retrial;
  for (;;) {
    if (!skip(parked)) return parking.remove(parked.key);
    const { recordKind, recordId, fromVersion, lastVersion } = parked;
    if (closing.aborted) return;
    const query = { record: { kind: recordKind, id: recordId }, afterVersion: fromVersion - 1, limit: pageSize };
    const page = await context.storage.journal(query, closing);
    if (page === undefined) return;
    if (isSkipped(parked)) continue;
    const [first] = page;
    if (first === undefined) return parking.failToSee(parked, lease.now());
    if (first.version > fromVersion) giveUpBefore(context, parked, first.version);
    for (const entry of page.filter(({ version }) => version <= lastVersion)) {
      if (closing.aborted || isSkipped(parked)) break;
      if (entry.version > parked.fromVersion) giveUpBefore(context, parked, entry.version);
      if (!(await retryEntry(context, parked, entry, retrial))) return;
    }
  }
}

/**
 * A version that comes later is there, so these are not merely out of sight of a node that is behind: somebody has deleted
 * them by hand.
 */
function giveUpBefore({ settings, plan: { name } }: RelayContext, parked: Parked, version: number): void {
  const { recordKind, recordId, fromVersion, lastVersion } = parked;
  const last = Math.min(version - 1, lastVersion);
  const message = `The relay ${JSON.stringify(name)} gives up versions ${fromVersion} to ${last} of the ${recordKind} ${JSON.stringify(recordId)}: they were parked, and the journal has a later version, but not these any more. Nothing can be handed over of what was deleted; see who deletes entries.`;
  const details = { name, recordKind, recordId, fromVersion, lastVersion: last };
  settings.warn({ code: "relay_entries_deleted", message, details });
  Object.assign(parked, { fromVersion: last + 1, attempts: 0 });
}

/** Returns whether the next entry has its turn. */
async function retryEntry(
  { plan }: RelayContext,
  parked: Parked,
  entry: JournalEntry,
  { lease, parking, onProgress, takeTurn }: Retrial,
): Promise<boolean> {
  const error = await handOver(plan, lease, entry, parked.attempts + 1);
  if (error === undefined) Object.assign(parked, { fromVersion: entry.version + 1, attempts: 0, unseen: 0 });
  else parking.failAgain(parked, { now: lease.now(), error });
  onProgress();
  await takeTurn();
  return error === undefined || isSkipped(parked);
}
