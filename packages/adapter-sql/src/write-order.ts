import type { VersionedRecord } from "@slotwright/core/adapter";

/**
 * The order in which the records of one transition are written, so that no guard sees a state in between that is
 * forbidden: schedules; slots that nobody has (any longer); appointments, which may then drop or take slots; slots
 * with an appointment, whose row exists by then and lists them. Order within each group is kept.
 */
export function writeOrder(records: readonly VersionedRecord[]): readonly VersionedRecord[] {
  const groups: [VersionedRecord[], VersionedRecord[], VersionedRecord[], VersionedRecord[]] = [[], [], [], []];
  for (const record of records) groups[groupOf(record)].push(record);
  return groups.flat();
}

function groupOf(record: VersionedRecord): 0 | 1 | 2 | 3 {
  if (record.kind === "schedule") return 0;
  if (record.kind === "appointment") return 2;
  return record.appointmentId === null ? 1 : 3;
}
