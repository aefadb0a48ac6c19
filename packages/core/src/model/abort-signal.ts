/** Whether a value is an `AbortSignal`, perhaps of another realm. */
export const isSignal = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
