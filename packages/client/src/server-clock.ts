/** What time it is on the server, by what its answers say. */
export interface ServerClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes the `Date` header of an answer: when it was asked for and when it came, by the clock of the device. */
  readonly note: (date: string | null, sentAt: number, receivedAt: number) => void;
}

/**
 * A hold ends by the clock of the server, and the one of the device may be wrong. Each `Date` header bounds the difference:
 * it has whole seconds, and was written between the request and the answer. The difference that is assumed is the smallest
 * one within all bounds, so a clock that is right is left alone. Bounds that exclude each other mean that a clock was set:
 * the latest count.
 */
export function createServerClock(now: () => number): ServerClock {
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  return {
    now: () => now() + Math.min(Math.max(0, least), most),
    note(date, sentAt, receivedAt) {
      const at = Date.parse(date ?? "");
      if (Number.isNaN(at)) return;
      const [lower, upper] = [at - receivedAt, at + 1000 - sentAt];
      const excludes = lower > most || upper < least;
      least = excludes ? lower : Math.max(least, lower);
      most = excludes ? upper : Math.min(most, upper);
    },
  };
}
