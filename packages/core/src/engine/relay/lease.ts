import { newToken } from "../ids.ts";
import type { RelayStorage, StoredState } from "./relay-storage.ts";
import type { ParkedState, RelayState } from "./state.ts";

/** What a holder stores beside its lease. */
export type Progress = Pick<RelayState, "position" | "parked">;

/** The right to hand over entries, for a while. */
export interface Lease {
  readonly token: number;
  /** Aborted once the lease has moved on, has expired, or was given up. */
  readonly ended: AbortSignal;
  readonly isHeld: () => boolean;
  /** The time of the database, in milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds until the lease should be renewed. */
  readonly renewInMs: () => number;
  /** Stores the progress, and renews the lease if that is due. */
  readonly save: (progress: () => Progress) => Promise<void>;
  /** Looks for what others have asked for. */
  readonly look: () => Promise<void>;
  /** Stores the progress, and lets others take the lease. */
  readonly giveUp: (progress: () => Progress) => Promise<void>;
  readonly end: () => void;
}

/** When the lease was asked for, by this process's own clock, and the time of the database then or later. */
export interface Term {
  readonly askedAt: number;
  readonly until: number;
}

interface LeaseParts {
  readonly storage: RelayStorage;
  readonly holder: string;
  readonly taken: StoredState;
  readonly term: Term;
  readonly leaseMs: number;
  /** Receives what is stored as parked, after others have written. */
  readonly onAsked: (parked: readonly ParkedState[]) => void;
}

/** How long a lease that is given up may take to be stored, in milliseconds. Otherwise, it expires. */
const givingUpMs = 2_000;

/**
 * It is the only one who writes, except for what `release` asks, so a write that finds another version finds either that,
 * or another holder.
 */
export function createLease({ storage, holder, taken, term, leaseMs, onAsked }: LeaseParts): Lease {
  const { token } = taken.state;
  let { version } = taken;
  const count = createCountdown(term, leaseMs);
  const { ended, end, renewInMs } = count;

  async function nextTerm(): Promise<Term | undefined> {
    return renewInMs() > 0 ? count.term() : askedTerm(storage, leaseMs, ended);
  }

  /** Returns what is stored if others have written it. Ends the lease if it has moved on. */
  async function lookAgain(writeId?: string): Promise<"mine" | "asked" | undefined> {
    const stored = await storage.read(ended);
    if (stored === undefined) return undefined;
    if (stored?.state.lease?.holder !== holder || stored.state.token !== token) {
      const isGivenUp = stored?.state.writeId === writeId;
      end();
      return isGivenUp ? "mine" : undefined;
    }
    const isNews = stored.version !== version;
    version = stored.version;
    if (stored.state.writeId === writeId) return "mine";
    if (isNews) onAsked(stored.state.parked);
    return "asked";
  }

  async function write(progress: () => Progress, isLast: boolean): Promise<void> {
    while (!ended.aborted) {
      const next = await nextTerm();
      if (next === undefined) return;
      const lease = isLast ? null : { holder, until: next.until, forMs: leaseMs };
      const state = { ...progress(), token, lease, writeId: newToken() };
      const isStored = await storage.write(version, state, ended);
      if (isStored === undefined) return;
      if (isStored) version += 1;
      if (isStored || (await lookAgain(state.writeId)) === "mine") return count.renew(next);
    }
  }

  return {
    token,
    ended,
    isHeld: () => !ended.aborted && count.leftMs() > 0,
    now: count.now,
    renewInMs,
    save: (progress) => write(progress, false),
    async look() {
      await lookAgain();
    },
    async giveUp(progress) {
      const tooLate = setTimeout(end, givingUpMs);
      try {
        await write(progress, true);
      } finally {
        clearTimeout(tooLate);
        end();
      }
    },
    end,
  };
}

/**
 * The database's clock says for others when a lease expires. Its holder counts by its own clock from the moment before
 * it asked for the time, so for itself the lease ends earlier.
 */
function createCountdown(first: Term, leaseMs: number) {
  const ended = new AbortController();
  let term = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const leftMs = () => term.askedAt + leaseMs - performance.now();

  function end(): void {
    clearTimeout(timer);
    ended.abort();
  }

  function renew(next: Term): void {
    term = next;
    clearTimeout(timer);
    if (!ended.signal.aborted) timer = setTimeout(() => (leftMs() > 0 ? renew(term) : end()), Math.max(leftMs(), 0));
  }

  renew(first);
  return {
    ended: ended.signal,
    end,
    renew,
    leftMs,
    term: () => term,
    now: () => term.until - leaseMs + (performance.now() - term.askedAt),
    renewInMs: () => leftMs() - (leaseMs * 2) / 3,
  };
}

/** A lease from now on. Undefined if the signal is aborted. */
export async function askedTerm(
  storage: RelayStorage,
  leaseMs: number,
  signal: AbortSignal,
): Promise<Term | undefined> {
  // Read before each attempt: time that passes until the database answers makes the own count shorter, never longer.
  const askedAt = performance.now();
  const now = await storage.clock(signal);
  return now === undefined ? undefined : { askedAt, until: now + leaseMs };
}
