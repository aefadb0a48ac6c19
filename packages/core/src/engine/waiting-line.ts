/** Callers who wait for one of the same things. */
export interface WaitingLine {
  /** Resolves when this caller is woken. Rejects when the time is over, as `performance.now()` counts. */
  readonly wait: (until: number) => Promise<void>;
  /** Wakes this many callers, in the order in which they came. */
  readonly wake: (count: number) => void;
}

interface Waiting {
  readonly until: number;
  readonly wake: () => void;
  readonly giveUp: (late: unknown) => void;
}

/** One timer for all who wait: thousands of timers, each with its promises, cost more than the waiting is worth. */
export function createWaitingLine(late: () => Error): WaitingLine {
  let waiting: Waiting[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  function watch(until: number): void {
    if (until >= dueAt) return;
    clearTimeout(timer);
    dueAt = until;
    timer = setTimeout(sendAway, Math.max(until - performance.now(), 0));
  }

  function unwatch(): void {
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
  }

  /** A caller who gave up is not woken in place of another. */
  function sendAway(): void {
    unwatch();
    const now = performance.now();
    const tooLate = waiting.filter(({ until }) => until <= now);
    waiting = waiting.filter(({ until }) => until > now);
    for (const { giveUp } of tooLate) giveUp(late());
    for (const { until } of waiting) watch(until);
  }

  return {
    wait: (until) =>
      new Promise((wake, giveUp) => {
        waiting.push({ until, wake, giveUp });
        watch(until);
      }),
    wake(count) {
      for (const { wake } of waiting.splice(0, count)) wake();
      if (waiting.length === 0) unwatch();
    },
  };
}
