import type { InstantInput, LocalTime } from "@slotwright/core";
import { instantOf } from "../calls/dates.ts";
import type { Fields } from "../calls/routes.ts";
import type { ClientRecord } from "./records.ts";

/** A list is kept up to date here, and what a local time means is the server's to say. */
type Instant = Exclude<InstantInput, LocalTime>;

/** Which slots a screen shows. */
export interface SlotsWanted {
  /** Slots that start at this instant or later. */
  readonly from: Instant;
  /** Slots that start before this instant. */
  readonly to: Instant;
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
}

/** Which appointments a screen shows: those of a subject, or of a window with both ends. */
export interface AppointmentsWanted extends Partial<SlotsWanted> {
  readonly subjectId?: string | undefined;
}

/** The records that a list covers, with their times as numbers. */
export interface Scope {
  readonly kind: ClientRecord["kind"];
  readonly from: number;
  readonly to: number;
  readonly providerIds: readonly string[] | undefined;
  readonly facilityId: string | undefined;
  readonly subjectId: string | undefined;
}

export function scopeOf(kind: Scope["kind"], wanted: AppointmentsWanted): Scope {
  const { from, to, providerIds, facilityId, subjectId } = wanted;
  const [start, end] = [msOf(from, Number.NEGATIVE_INFINITY), msOf(to, Number.POSITIVE_INFINITY)];
  return { kind, from: start, to: end, providerIds, facilityId, subjectId };
}

/** @throws RangeError if it is no instant */
function msOf(instant: Instant | undefined, otherwise: number): number {
  const ms = instant === undefined ? otherwise : instantOf(instant).getTime();
  if (Number.isNaN(ms)) throw new RangeError("from and to must be instants. Give a local time its offset.");
  return ms;
}

/** Whether a list of this scope has the record. */
export function covers(scope: Scope, record: ClientRecord): boolean {
  const start = record.start.getTime();
  const isThen = record.kind === scope.kind && start >= scope.from && start < scope.to;
  if (!isThen || (scope.facilityId !== undefined && record.facilityId !== scope.facilityId)) return false;
  const providers = record.kind === "slot" ? [record.providerId] : record.providerIds;
  if (scope.providerIds && !providers.some((id) => scope.providerIds?.includes(id))) return false;
  return scope.subjectId === undefined || (record.kind === "appointment" && record.subjectId === scope.subjectId);
}

/** The query of the list. */
export function queryOf({ from, to, providerIds, facilityId, subjectId }: Scope): Fields {
  const bound = (ms: number) => (Number.isFinite(ms) ? new Date(ms) : undefined);
  return { from: bound(from), to: bound(to), providerIds, facilityId, subjectId, limit: 500 };
}

/** In the order of lists. */
export function byStart(one: ClientRecord, other: ClientRecord): number {
  return one.start.getTime() - other.start.getTime() || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}
