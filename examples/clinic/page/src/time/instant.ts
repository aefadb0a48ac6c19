/** The instant that a text of the journal's `changes` stands for, which are JSON. */
export function instantIn(value: unknown): Date | undefined {
  const instant = typeof value === "string" ? new Date(value) : undefined;
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}
