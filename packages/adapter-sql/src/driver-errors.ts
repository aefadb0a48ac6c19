/**
 * A field of what a driver threw. Not asked by `instanceof Error`: a driver that was loaded in another realm, such as
 * another test file of the same process, throws errors of that realm.
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

/** What the error says. That of several addresses that all refused has no message. */
export function textOf(error: unknown): string {
  return textField(error, "message") || codeOf(error) || String(error);
}

/** How far causes are followed: one that is its own cause has no end. */
const longestChain = 10;

/** Whether an error is this one, or has been caused by it, through whatever others. */
export function isCausedBy(error: unknown, is: (error: unknown) => boolean): boolean {
  let one = error;
  for (let step = 0; step < longestChain && one !== undefined; step += 1) {
    if (is(one)) return true;
    one = fieldOf(one, "cause");
  }
  return false;
}
