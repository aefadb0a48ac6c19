/** What the person tells about the visit. */
export interface Visit {
  readonly purpose: string;
  readonly note: string;
}

export const noVisit: Visit = { purpose: "", note: "" };

export const bounds = { purpose: 80, note: 500 } as const;

/** The visit as it is kept with the appointment: what was left empty is not in it. */
export function metadataOf({ purpose, note }: Visit): Readonly<Record<string, string>> {
  const told = { purpose: purpose.trim(), note: note.trim() };
  return Object.fromEntries(Object.entries(told).filter(([, text]) => text !== ""));
}
