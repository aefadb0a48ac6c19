import type { Slot, VersionedRecord } from "@slotwright/core/adapter";

/**
 * The order in which the records of one transition are written, so that no guard sees a forbidden state in between.
 * First come agendas, then schedules and availabilities, then slots that have no appointment (any more). Then come appointments, which may now drop or
 * take slots. Last come slots with an appointment, whose row now exists and lists them. The order within each group is
 * kept.
 */
export function writeOrder(records: readonly VersionedRecord[]): readonly VersionedRecord[] {
  const groups: [VersionedRecord[], VersionedRecord[], VersionedRecord[], VersionedRecord[], VersionedRecord[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  for (const record of records) groups[lockRank(record)].push(record);
  return groups.flat();
}

/**
 * A new slot that is booked at once. Neither it nor its appointment may be there without the other, so it is written free, as
 * `beforeItsAppointment`, and takes its appointment once that is written.
 */
export const isNewAndTaken = (record: VersionedRecord): record is Slot =>
  record.kind === "slot" && record.version === 1 && record.appointmentId !== null;

export const beforeItsAppointment = (slot: Slot): Slot => ({ ...slot, status: "available", appointmentId: null });

function lockRank(record: VersionedRecord): 0 | 1 | 2 | 3 | 4 {
  if (record.kind === "agenda") return 0;
  if (record.kind === "schedule" || record.kind === "availability") return 1;
  if (record.kind === "appointment") return 3;
  return record.appointmentId === null ? 2 : 4;
}
