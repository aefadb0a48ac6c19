/** The instant that a text of the journal's `changes` stands for, which are JSON. */
export function instantIn(value: unknown): Date | undefined {
  const instant = typeof value === "string" ? new Date(value) : undefined;
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}

/** Resolves when the clock of the device has reached an instant, in milliseconds. */
export const reached = (instant: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, instant - Date.now())));
