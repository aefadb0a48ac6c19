/** A promise that nobody waits for ends the process when it rejects. Works for thenables of any realm. */
export function dropRejection(answer: unknown): void {
  void Promise.resolve(answer).catch(() => {});
}

/** Also true of promises of another realm. */
export function isPromise(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Promise]";
}
