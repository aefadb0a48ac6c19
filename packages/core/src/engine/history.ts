import { BookingError } from "../errors/index.ts";
import type { JournalEntry } from "../model/journal.ts";
import { historySchema } from "../model/queries.ts";
import type {
  AppointmentHistoryInput,
  AvailabilityHistoryInput,
  HistoryInput,
  SlotHistoryInput,
} from "../model/read-inputs.ts";
import { isJournaled, type JournaledRecord, type RecordKey } from "../model/record.ts";
import { type HideableField, hidingInEntry, type Shown } from "../model/shown.ts";
import { slotAsOf } from "../model/slot.ts";
import { appointmentKey, slotKey } from "../rules/find.ts";
import { versionCursors } from "./cursors.ts";
import { defined } from "./defined.ts";
import type { EngineSettings } from "./options.ts";
import type { Page } from "./page.ts";
import { isObject, parse } from "./parse.ts";
import { retryReads } from "./retry.ts";
import { hiddenFrom, isOpen } from "./visible.ts";
import { type List, visiblePage } from "./visible-page.ts";

/**
 * A record that was never stored has an empty page as its history. Deleted rows keep theirs, which only the host sees:
 * nothing is left to ask about.
 */
export async function history(settings: EngineSettings, input: HistoryInput): Promise<Page<Shown<JournalEntry>>> {
  const { cursor, limit, newestFirst: descending, ...record } = parse(historySchemaFor(input), input);
  const key = keyIn(record);
  const cursors = versionCursors({ name: "history", actor: settings.actor, descending, filters: key });
  const afterVersion = cursors.read(cursor);
  const list: List<JournalEntry> = {
    limit,
    read(last, limit) {
      const after = defined({ afterVersion: last?.version ?? afterVersion });
      const query = { record: key, ...after, descending, limit };
      return retryReads(settings, (until) => settings.storage.readJournal(query, until));
    },
    cursorOf: ({ version }) => cursors.write(version),
  };
  if (!isOpen(settings)) return historyForActor(settings, key, list);
  return visiblePage(list, undefined);
}

/** The actor must be allowed to see the record, and then each entry. */
async function historyForActor(
  settings: EngineSettings,
  key: RecordKey,
  list: List<JournalEntry>,
): Promise<Page<Shown<JournalEntry>>> {
  const [stored] = await retryReads(settings, (until) => settings.storage.load([key], until));
  const now = settings.clock.now();
  const record = stored !== undefined && isJournaled(stored) ? asOf(stored, now) : undefined;
  const hidden = record && (await hiddenFrom(settings, { action: "read", now, record }));
  if (record === undefined || hidden === undefined) return { items: [], nextCursor: null };
  return visiblePage(list, (entry) => showEntry(settings, { record, entry, now }, hidden));
}

async function showEntry(
  settings: EngineSettings,
  asked: { readonly record: JournaledRecord; readonly entry: JournalEntry; readonly now: Date },
  ofRecord: readonly HideableField[],
): Promise<Shown<JournalEntry> | undefined> {
  const hidden = await hiddenFrom(settings, { action: "history", ...asked });
  return hidden && hidingInEntry(asked.entry, [...ofRecord, ...hidden]);
}

type Named =
  | Pick<SlotHistoryInput, "slotId">
  | Pick<AppointmentHistoryInput, "appointmentId">
  | Pick<AvailabilityHistoryInput, "availabilityId">;

function keyIn(record: Named): RecordKey {
  if ("slotId" in record) return slotKey(record.slotId);
  if ("appointmentId" in record) return appointmentKey(record.appointmentId);
  return { kind: "availability", id: record.availabilityId };
}

const asOf = (record: JournaledRecord, now: Date): JournaledRecord =>
  record.kind === "slot" ? slotAsOf(record, now) : record;

/**
 * Choosing the schema first gives errors about the one that was meant.
 * @throws BookingError `invalid_input` if both are
 */
function historySchemaFor(input: unknown) {
  const [ofSlot, ofAppointment, ofAvailability] = historySchema.options;
  if (!isObject(input)) return ofSlot;
  const { slotId, appointmentId, availabilityId } = input;
  const named = [slotId, appointmentId, availabilityId].filter((id) => id !== undefined);
  if (named.length <= 1) {
    if (availabilityId !== undefined) return ofAvailability;
    return appointmentId === undefined ? ofSlot : ofAppointment;
  }
  const message = "it must name a slotId, an appointmentId or an availabilityId, not several";
  throw new BookingError("invalid_input", { issues: [{ path: "", code: "conflicting_fields", message }] });
}
