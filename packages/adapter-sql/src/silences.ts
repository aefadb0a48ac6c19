/** How long, in milliseconds, a call that begins later knows that a server was silent. */
const momentMs = 2_000;
/**
 * How long, in milliseconds, a call waits whatever others learn: they may have asked before it began, and the servers may
 * be back.
 */
const leastWaitMs = 1_000;

/** What becomes of a session that a call waits for. */
export interface Wait<Session> {
  /** Asked whenever a server was silent. If so, the call waits no longer. */
  readonly isInVain: () => boolean;
  /** Called with each session and each failure, also with those that come too late. */
  readonly came: (session: Session) => void;
  readonly failed: (error: unknown) => void;
  /** Takes a session that came too late. */
  readonly giveBack: (session: Session) => void;
}

/** Of a call that begins now. */
export interface CallSilences {
  /** Whether the server was silent since then, or just before. */
  readonly isKnown: (place: number) => boolean;
  /** Whether it was silent to others while the call waited. */
  readonly endsWait: (place: number) => boolean;
}

/**
 * Servers that did not answer when a call asked last. All calls share it: one that waits for a session would otherwise
 * ask each of them again, when others have already asked in vain.
 */
export interface Silences<Session> {
  readonly note: (place: number, error: unknown) => void;
  /** It has answered since. */
  readonly forget: (place: number) => void;
  readonly ofCall: () => CallSilences;
  /** How one of them was silent. */
  readonly error: () => unknown;
  /** Resolves to undefined if the wait is in vain. */
  readonly wait: (session: Promise<Session>, wait: Wait<Session>) => Promise<Session | undefined>;
}

/** @param now In milliseconds. */
export function silenceMemory<Session>(now: () => number): Silences<Session> {
  const known = new Map<number, { readonly at: number; readonly error: unknown }>();
  const waits = new Set<() => void>();
  return {
    note: (place, error) => {
      known.set(place, { at: now(), error });
      for (const look of waits) look();
    },
    forget: (place) => {
      known.delete(place);
    },
    ofCall: () => {
      const began = now();
      const since = (time: number) => (place: number) => (known.get(place)?.at ?? time) > time;
      return { isKnown: since(began - momentMs), endsWait: since(began + leastWaitMs) };
    },
    error: () => [...known.values()][0]?.error,
    wait: (session, { isInVain, came, failed, giveBack }) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (isInVain() && waits.delete(look)) resolve(undefined);
        };
        waits.add(look);
        session.then(
          (lent) => {
            came(lent);
            if (waits.delete(look)) resolve(lent);
            else giveBack(lent);
          },
          (error: unknown) => {
            const isAwaited = waits.delete(look);
            failed(error);
            if (isAwaited) reject(error);
          },
        );
      }),
  };
}
