/** Wakes those who wait for a change. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, after so many milliseconds, or when the signal is aborted, even before the call. */
  readonly heard: (signal?: AbortSignal, withinMs?: number) => Promise<void>;
}

/** A timer with a longer wait fires at once. */
export const longestTimerMs = 2 ** 31 - 1;

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of [...waiting]) wake();
    },
    heard: (signal, withinMs) =>
      new Promise((resolve) => {
        const timer =
          withinMs === undefined ? undefined : setTimeout(done, Math.min(Math.max(withinMs, 0), longestTimerMs));
        function done(): void {
          clearTimeout(timer);
          waiting.delete(done);
          signal?.removeEventListener("abort", done);
          resolve();
        }
        waiting.add(done);
        signal?.addEventListener("abort", done);
        if (signal?.aborted) done();
      }),
  };
}

/** Resolves after so many milliseconds, or when the signal is aborted. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> => createBell().heard(signal, ms);
