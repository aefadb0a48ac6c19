import { BookingError } from "../../errors/index.ts";
import type { FieldChange, JournalEntry } from "../../model/journal.ts";
import { keyText, type RecordKey } from "../../model/record.ts";
import { hidingInEntry, type Shown } from "../../model/shown.ts";
import { slotAsOf } from "../../model/slot.ts";
import type { EngineSettings } from "../options.ts";
import { retryReads } from "../retry.ts";
import { hiddenFrom, isOpen } from "../visible.ts";

/** Which entries a reader wants. */
export interface EntryFilter {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
}

/** The wanted entries, as far as the engine's actor may see them. */
export async function visibleEntries(
  settings: EngineSettings,
  entries: readonly JournalEntry[],
  filter: EntryFilter,
): Promise<readonly Shown<JournalEntry>[]> {
  const wanted = entries.filter((entry) => isWanted(entry, filter));
  return isOpen(settings) || wanted.length === 0 ? wanted : shownToActor(settings, wanted);
}

/** What leaves a provider is news there, too. A record never leaves its facility. */
function isWanted(entry: JournalEntry, { providerIds, facilityId }: EntryFilter): boolean {
  const isOf = (providers: readonly unknown[]) => providers.some((id) => providerIds?.includes(id as string));
  return (
    (providerIds === undefined || isOf(entry.providerIds) || isOf(listBefore(entry.changes.providerIds))) &&
    (facilityId === undefined || entry.facilityId === facilityId)
  );
}

const listBefore = (change: FieldChange | undefined) => (Array.isArray(change?.from) ? change.from : []);

/** What `authorize` says rests on the records as they are now. Of a record that was deleted, only the host sees entries. */
async function shownToActor(
  settings: EngineSettings,
  entries: readonly JournalEntry[],
): Promise<readonly Shown<JournalEntry>[]> {
  const keys = new Map(entries.map((entry) => [keyText(recordOf(entry)), recordOf(entry)]));
  const loaded = await retryReads(settings, (until) => settings.storage.loadToShow([...keys.values()], until));
  const now = settings.clock.now();
  const records = new Map([...keys.keys()].map((text, index) => [text, loaded[index]]));
  const shown = entries.map(async (entry) => {
    const stored = records.get(keyText(recordOf(entry)));
    if (stored?.kind !== "slot" && stored?.kind !== "appointment") return [];
    const record = stored.kind === "slot" ? slotAsOf(stored, now) : stored;
    const hidden = await hiddenFrom(settings, { action: "changes", now, record, entry });
    return hidden === undefined ? [] : [hidingInEntry(entry, hidden)];
  });
  return (await Promise.all(shown)).flat();
}

const recordOf = ({ recordKind, recordId }: JournalEntry): RecordKey => ({ kind: recordKind, id: recordId });

/**
 * The feed has only what was committed.
 * @throws BookingError `storage_misused` within a transaction
 */
export function refuseFeedWithin({ isHostTransaction }: EngineSettings, call: string): void {
  if (!isHostTransaction) return;
  const problem = `${call}() reads what was committed, so it cannot be called within a transaction. Call it on the engine itself.`;
  throw new BookingError("storage_misused", { problem });
}
