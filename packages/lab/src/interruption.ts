/**
 * Aborted when somebody at the terminal or the system wants the demo to end, or when nobody reads its output. It tidies
 * up first.
 */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  // Once: somebody who asks a second time does not want to wait.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => controller.abort(`${name} came in between.`));
  }
  // As after `| head`.
  process.stdout.on("error", ({ message }) => controller.abort(`The output ended: ${message}.`));
  return controller.signal;
}

/**
 * The work's result, or the signal's reason, whichever comes first. Work that has begun goes on, and nobody waits for
 * it.
 */
export async function unlessAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
