import type { Appointment } from "../model/appointment.ts";
import { compareIds } from "../model/id-order.ts";
import type { JournalEntry } from "../model/journal.ts";
import { type OpenSeat, openSeatOf } from "../model/open-slot.ts";
import { copyOf } from "../model/plain-json.ts";
import { keyText } from "../model/record.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import type {
  AppointmentQuery,
  FeedEntry,
  FeedQuery,
  FeedRead,
  JournalPage,
  JournalsQuery,
  OpenQuery,
  Position,
  SlotQuery,
} from "../storage/adapter.ts";
import { feedAfter, positionAfter } from "../storage/feed-position.ts";
import { recordsOf, type Tables } from "./database.ts";

export function findSlots(tables: Tables, query: SlotQuery): readonly Slot[] {
  const { scheduleId, holderId, endAfter, statuses, asOf, descending = false } = query;
  const found = recordsOf(tables, "slot").filter(
    (slot) =>
      isWanted(slot, query) &&
      (scheduleId === undefined || slot.scheduleId === scheduleId) &&
      (holderId === undefined || slot.hold?.holderId === holderId) &&
      (endAfter === undefined || slot.end > endAfter) &&
      (statuses === undefined || statuses.includes(slotAsOf(slot, asOf).status)),
  );
  return firstAfter(found, query, descending ? -1 : 1);
}

export function findOpen(tables: Tables, query: OpenQuery): readonly OpenSeat[] {
  return findSlots(tables, { ...query, statuses: ["available"] }).map(openSeatOf);
}

export function findAppointments(tables: Tables, query: AppointmentQuery): readonly Appointment[] {
  const { subjectId, statuses, descending = false } = query;
  const found = recordsOf(tables, "appointment").filter(
    (appointment) =>
      isWanted(appointment, query) &&
      (subjectId === undefined || appointment.subjectId === subjectId) &&
      (statuses === undefined || statuses.includes(appointment.status)),
  );
  return firstAfter(found, query, descending ? -1 : 1);
}

export function readJournals({ journal }: Tables, { pages, descending = false }: JournalsQuery) {
  return pages.map(({ record, afterVersion, limit }: JournalPage): readonly JournalEntry[] => {
    const all = journal.get(keyText(record)) ?? [];
    const isBeyond = ({ version }: JournalEntry) =>
      afterVersion === undefined || (descending ? version < afterVersion : version > afterVersion);
    const entries = (descending ? all.toReversed() : all).filter(isBeyond);
    return copyOf(entries.slice(0, limit));
  });
}

/** There is one partition, and a number counts the entries up to it. */
export function readFeed({ feed }: Tables, { after, limit }: FeedQuery): FeedRead {
  const numbered = (from: number, to: number): readonly FeedEntry[] =>
    feed.slice(from, to).map((entry, index) => ({ partition: 0, seq: from + index + 1, entry }));
  const end = feed.length;
  if (after === "end") {
    return { status: "read", entries: [], position: positionAfter([], numbered(Math.max(end - 1, 0), end)) };
  }
  const marks = after ?? [];
  const first = Math.max((marks[0]?.seq ?? 1) - 1, 0);
  const rows = numbered(first, first + limit + marks.length);
  return copyOf(feedAfter(marks, rows, limit));
}

type Window = Pick<AppointmentQuery, "providerIds" | "facilityId" | "startFrom" | "startBefore">;

function isWanted(record: Slot | Appointment, { providerIds, facilityId, startFrom, startBefore }: Window): boolean {
  return (
    (providerIds === undefined || providersOf(record).some((id) => providerIds.includes(id))) &&
    (facilityId === undefined || record.facilityId === facilityId) &&
    (startFrom === undefined || record.start >= startFrom) &&
    (startBefore === undefined || record.start < startBefore)
  );
}

function providersOf(record: Slot | Appointment): readonly string[] {
  return record.kind === "appointment" ? record.providerIds : [record.providerId];
}

function firstAfter<R extends Position>(
  found: readonly R[],
  { after, limit }: { readonly after?: Position; readonly limit: number },
  direction: 1 | -1,
): readonly R[] {
  const beyond = after === undefined ? found : found.filter((record) => inListOrder(record, after) * direction > 0);
  const sorted = [...beyond].sort((a, b) => inListOrder(a, b) * direction);
  return copyOf(sorted.slice(0, limit));
}

export function inListOrder(a: Position, b: Position): number {
  return a.start.getTime() - b.start.getTime() || compareIds(a.id, b.id);
}
