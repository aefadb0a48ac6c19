/** A record as an answer showed it. */
export interface Shown {
  readonly kind: "slot" | "appointment" | "availability";
  readonly id: string;
  readonly version: number;
  /** As the journal has it: hours have no states, and are `set`. */
  readonly status: string;
}

/** What a caller sent and was told, with which the database is compared. */
export interface ToldOutcome {
  readonly commandId: string;
  readonly command: string;
  readonly actorId: string;
  /** `done`, `fault` if the outcome is unknown, or the code of the refusal. */
  readonly outcome: string;
  readonly shown: readonly Shown[];
}

/** The slots, appointments and hours of an answer. A slot that an appointment keeps also appears, as it was before. */
export function shownIn(result: object): readonly Shown[] {
  const records = Object.values(result).flat().filter(isShown);
  return records.map(({ kind, id, version, status = "set" }) => ({ kind, id, version, status }));
}

function isShown(value: unknown): value is Omit<Shown, "status"> & Partial<Pick<Shown, "status">> {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "slot" || value.kind === "appointment" || value.kind === "availability";
}
