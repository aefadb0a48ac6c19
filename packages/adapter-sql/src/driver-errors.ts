/**
 * Reads a field of what a driver threw. It does not use `instanceof Error`: a driver that is loaded in another realm,
 * such as another test file of the same process, throws errors of that realm.
 */
export function fieldOf(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** The text in a field, or "". */
export function textField(error: unknown, name: string): string {
  const value = fieldOf(error, name);
  return typeof value === "string" ? value : "";
}

/** The driver's or the server's code, or "". */
export const codeOf = (error: unknown): string => textField(error, "code");

/** The text of the error. An error that covers several refused addresses has no message of its own. */
export function messageOf(error: unknown): string {
  return textField(error, "message") || codeOf(error) || String(error);
}

/** The number of causes to follow. An error that is its own cause would never end. */
const longestChain = 10;

/** Whether this error, or any error in its chain of causes, matches. */
export function isCausedBy(error: unknown, is: (error: unknown) => boolean): boolean {
  let one = error;
  for (let step = 0; step < longestChain && one !== undefined; step += 1) {
    if (is(one)) return true;
    one = fieldOf(one, "cause");
  }
  return false;
}
