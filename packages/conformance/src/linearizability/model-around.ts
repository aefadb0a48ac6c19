import type { Appointment, Slot } from "@slotwright/core";
import { compareIds, keyText, type VersionedRecord } from "@slotwright/core/adapter";
import { type Context, type Seen, scheduleIdIn, slotAsOf, takenPlace } from "@slotwright/core/checking";
import type { Records } from "./model-state.ts";

/** What is stored at one point. */
export interface Stored {
  readonly tables: { readonly records: Records };
}

/**
 * What policies are shown of what a command takes, besides its own records: all that is taken, all appointments of the
 * subject, and all that the holder holds. Each policy gets of it what it asked for. It is deliberately written apart from
 * the engine and the adapters, so that it does not share their mistakes.
 */
export function lyingAround(
  state: Stored,
  command: object,
  seen: Seen,
  context: Context,
): Pick<Seen, "around" | "ofHolder"> {
  const place = takenPlace(command, { seen, hasSearched: true }, context);
  const records = [...state.tables.records.values()];
  const taken = records.flatMap((record) => asTaken(record, context.now)).sort(byStart);
  return {
    around: {
      neighbours: taken.map(asNeighbour),
      ofSubject: records
        .flatMap((record) => countingFor(record, place?.subjectId, context.now))
        .sort(byStart)
        .map(asOfSubject),
      ...zonesOf(state, place, seen, context),
      isCut: { provider: false, subject: false },
    },
    ofHolder: { slots: taken.filter((slot) => isHeldBy(slot, command)), isCut: false },
  };
}

/** A slot that is booked, or held at that instant. */
function asTaken(record: VersionedRecord, now: Date): readonly Slot[] {
  if (record.kind !== "slot") return [];
  const slot = slotAsOf(record, now);
  return slot.status === "booked" || slot.status === "held" ? [slot] : [];
}

function isHeldBy({ hold }: Slot, { holderId }: { readonly holderId?: string }): boolean {
  return holderId !== undefined && hold?.holderId === holderId;
}

const without: ReadonlySet<string> = new Set(["cancelled", "declined", "no_show"]);

function countingFor(record: VersionedRecord, subjectId: string | undefined, now: Date): readonly Appointment[] {
  if (record.kind !== "appointment" || record.subjectId !== subjectId) return [];
  return without.has(record.status) || hasExpired(record, now) ? [] : [record];
}

/** Nobody can accept it any more, and there is no offer to take. */
function hasExpired({ status, request }: Appointment, now: Date): boolean {
  if (status !== "scheduled" || request === null) return false;
  const isOver = (end: Date | null | undefined) => end !== null && end !== undefined && end <= now;
  return isOver(request.expiresAt) && (request.offer === null || isOver(request.offer.expiresAt));
}

function asNeighbour({ id: slotId, providerId, facilityId, scheduleId, start, end, appointmentId }: Slot) {
  return { slotId, providerId, facilityId, scheduleId, start, end, appointmentId };
}

function asOfSubject({ id: appointmentId, providerId, facilityId, start, end, status }: Appointment) {
  return { appointmentId, providerId, facilityId, start, end, status };
}

type Starting = Pick<Slot, "start" | "id">;
const byStart = (one: Starting, other: Starting) =>
  Number(one.start) - Number(other.start) || compareIds(one.id, other.id);

/** The zones of the schedules of the slots, or of the one that a time would be on, and of the slots that are given up. */
function zonesOf(
  { tables }: Stored,
  place: ReturnType<typeof takenPlace>,
  seen: Seen,
  { overlapScope }: Context,
): { readonly timeZone: string; readonly timeZones: Readonly<Record<string, string>> } {
  const schedulesOf = (slotIds: readonly string[] = []) =>
    slotIds.flatMap((slotId) => seen.slot(slotId)?.scheduleId ?? []);
  const ofTime = place?.time === undefined ? [] : [scheduleIdIn(place.time, { overlapScope })];
  const ids = [...schedulesOf(place?.slotIds), ...ofTime, ...schedulesOf(place?.owned)];
  const timeZones: Record<string, string> = {};
  for (const id of ids) {
    const schedule = tables.records.get(keyText({ kind: "schedule", id }));
    timeZones[id] = schedule?.kind === "schedule" ? schedule.timeZone : "UTC";
  }
  return { timeZone: timeZones[ids[0] ?? ""] ?? "UTC", timeZones };
}
