import type { TableName } from "./catalogue.ts";

export interface Index {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** Whether rows without the first column are left out, where the engine can do so. */
  readonly isSparse?: true;
}

/**
 * Every list is read in the order of (start_at, id), from the index of its most selective condition. A booking changes
 * none of these columns, and neither does a hold that names no holder.
 */
export const indexes = {
  // With the end: what reaches into a range may begin a month before it, and only what does so is read from the table.
  // Also for a schedule, which is that of one provider.
  slots_by_provider: { table: "slots", columns: ["provider_id", "start_at", "id", "end_at"] },
  slots_by_facility: { table: "slots", columns: ["facility_id", "start_at", "id"] },
  slots_by_holder: { table: "slots", columns: ["hold_holder_id", "start_at", "id"], isSparse: true },
  slots_by_start: { table: "slots", columns: ["start_at", "id"] },
  appointments_by_subject: { table: "appointments", columns: ["subject_id", "start_at", "id"] },
  appointments_by_provider: { table: "appointments", columns: ["provider_id", "start_at", "id"] },
  further_providers_by_subject: { table: "further_providers", columns: ["subject_id", "start_at", "id"] },
  further_providers_by_provider: { table: "further_providers", columns: ["provider_id", "start_at", "id"] },
  appointments_by_start: { table: "appointments", columns: ["start_at", "id"] },
} as const satisfies Readonly<Record<string, Index>>;

export type IndexName = keyof typeof indexes;

/** The index in which a list by provider finds shared appointments, in the same order. */
export const furtherIndexes: Partial<Record<IndexName, IndexName>> = {
  appointments_by_subject: "further_providers_by_subject",
  appointments_by_provider: "further_providers_by_provider",
};
