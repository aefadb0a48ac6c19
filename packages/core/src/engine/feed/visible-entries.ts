import { BookingError } from "../../errors/index.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { isJournaled } from "../../model/record.ts";
import { hidingInEntry, type Shown } from "../../model/shown.ts";
import { slotAsOf } from "../../model/slot.ts";
import type { FeedEntry } from "../../storage/adapter.ts";
import type { EngineSettings } from "../options.ts";
import { hiddenFrom, isOpen } from "../visible.ts";
import { type SharedPart, sharedPart } from "./shared-part.ts";

/** Which entries a reader wants. */
export interface EntryFilter {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
}

/**
 * The wanted entries of a part of the feed, as far as the engine's actor may see them. What has to be made of the part for
 * that is shared by all who are given the same array.
 */
export async function visibleEntries(
  settings: EngineSettings,
  part: readonly FeedEntry[],
  filter: EntryFilter,
): Promise<readonly Shown<JournalEntry>[]> {
  const shared = sharedPart(part);
  const wanted = wantedOf(shared, filter);
  return isOpen(settings) || wanted.length === 0 ? wanted : shownToActor(settings, shared, wanted);
}

/** A record never leaves its facility. */
function wantedOf(shared: SharedPart, { providerIds, facilityId }: EntryFilter): readonly JournalEntry[] {
  const ofProviders = providerIds === undefined ? shared.entries : ofAnyProvider(shared, providerIds);
  return facilityId === undefined ? ofProviders : ofProviders.filter((entry) => entry.facilityId === facilityId);
}

function ofAnyProvider({ entries, entriesOf }: SharedPart, providerIds: readonly string[]): readonly JournalEntry[] {
  const [only = "", ...others] = providerIds;
  if (others.length === 0) return entriesOf(only);
  const wanted = new Set(providerIds.flatMap(entriesOf));
  return wanted.size === 0 ? [] : entries.filter((entry) => wanted.has(entry));
}

/** What `authorize` says rests on the records as they are now. Of a record that was deleted, only the host sees entries. */
async function shownToActor(
  settings: EngineSettings,
  shared: SharedPart,
  entries: readonly JournalEntry[],
): Promise<readonly Shown<JournalEntry>[]> {
  const records = await shared.recordsOf(settings, entries);
  const now = settings.clock.now();
  const shown = entries.map(async (entry, index) => {
    const stored = records[index];
    if (stored === undefined || !isJournaled(stored)) return [];
    const record = stored.kind === "slot" ? slotAsOf(stored, now) : stored;
    const hidden = await hiddenFrom(settings, { action: "changes", now, record, entry });
    return hidden === undefined ? [] : [hidingInEntry(entry, hidden)];
  });
  return (await Promise.all(shown)).flat();
}

/**
 * The feed has only what was committed.
 * @throws BookingError `storage_misused` within a transaction
 */
export function refuseFeedWithin({ isHostTransaction }: EngineSettings, call: string): void {
  if (!isHostTransaction) return;
  const problem = `${call}() reads what was committed, so it cannot be called within a transaction. Call it on the engine itself.`;
  throw new BookingError("storage_misused", { problem });
}
