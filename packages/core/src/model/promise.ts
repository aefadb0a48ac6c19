/** Handles a rejection that nothing awaits, which would otherwise end the process. Works for thenables of any realm. */
export function dropRejection(answer: unknown): void {
  void Promise.resolve(answer).catch(() => {});
}

/** Also true for promises of another realm. */
export function isPromise(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Promise]";
}
