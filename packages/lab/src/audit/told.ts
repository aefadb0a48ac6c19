/** A slot or an appointment as an answer showed it. */
export interface Shown {
  readonly kind: "slot" | "appointment";
  readonly id: string;
  readonly version: number;
  readonly status: string;
}

/** What a caller sent, and was told: what the database is held against. */
export interface ToldOutcome {
  readonly commandId: string;
  readonly command: string;
  readonly actorId: string;
  /** `done`, `fault` where nothing is known of the outcome, or the code of the refusal. */
  readonly outcome: string;
  readonly shown: readonly Shown[];
}

/** The slots and appointments of an answer. A slot that an appointment keeps is shown, too, as it was before. */
export function shownIn(result: object): readonly Shown[] {
  const records = Object.values(result).flat().filter(isShown);
  return records.map(({ kind, id, version, status }) => ({ kind, id, version, status }));
}

function isShown(value: unknown): value is Shown {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "slot" || value.kind === "appointment";
}
