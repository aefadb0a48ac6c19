const tagOf = Object.prototype.toString;

/**
 * Also true of dates of another realm, such as a vm context, a frame, or the outside of a test runner. Each realm has a
 * `Date` of its own, so `instanceof` is false across them.
 */
export function isDate(value: unknown): value is Date {
  return tagOf.call(value) === "[object Date]";
}
