/** What the work answers, or undefined if the signal is aborted before: a call that hangs keeps nobody from ending. */
export function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = () => resolve(undefined);
    signal.addEventListener("abort", leave);
    void work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", leave));
  });
}
