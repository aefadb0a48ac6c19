import type { FeedPosition } from "../../storage/adapter.ts";
import { newToken } from "../ids.ts";
import { createOwnRow, type Standing } from "./own-row.ts";
import type { RelayStorage, StoredState } from "./relay-storage.ts";
import type { Contender, ParkedState, RelayState } from "./state.ts";

/** What a holder stores beside its lease. */
export interface Progress extends Pick<RelayState, "position" | "parked"> {
  /** The position after everything that was read for it: the same object until there is more. */
  readonly readTo: FeedPosition;
}

/** Undefined if what is stored is to stay as it is. */
type ProgressNow = () => Progress | undefined;

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
  readonly save: (progress: ProgressNow) => Promise<void>;
  /** Looks for what others have asked for. */
  readonly look: () => Promise<void>;
  /** Stores the progress, and lets others take the lease. */
  readonly giveUp: (progress: ProgressNow) => Promise<void>;
  readonly end: () => void;
}

/** When the lease was asked for, by this process's own clock, and the time of the database then or later. */
export interface Term {
  readonly askedAt: number;
  readonly until: number;
}

interface LeaseParts {
  readonly storage: RelayStorage;
  readonly contender: Contender;
  readonly taken: StoredState;
  readonly term: Term;
  readonly leaseMs: number;
  /** Receives what is stored as parked, after others have written. */
  readonly onAsked: (parked: readonly ParkedState[]) => void;
  /** Says that the feed lacks entries of the progress. From then on, the progress is undefined. */
  readonly onReset: () => void;
}

interface Tried {
  readonly state: RelayState;
  readonly term: Term;
  readonly of: FeedPosition;
}

/** How long a lease that is given up may take to be stored, in milliseconds. Otherwise, it expires. */
const givingUpMs = 2_000;

export function createLease({ storage, contender, taken, term, leaseMs, onAsked, onReset }: LeaseParts): Lease {
  const { token } = taken.state;
  /** What was read when the progress was stored that is there. */
  let storedOf = taken.state.position;
  const count = createCountdown(term, leaseMs);
  const { ended, end, renewInMs } = count;
  const row = createOwnRow({ storage, contender, taken, ended, onAsked });

  async function nextTerm(): Promise<Term | undefined> {
    return renewInMs() > 0 ? count.term() : askedTerm(storage, leaseMs, ended);
  }

  /**
   * Whether the feed has all that the progress is made of, or undefined if the lease has ended. A failover may have lost
   * entries that were handed over or parked. Their place is never stored: the one that is there has gone back with them.
   */
  async function isFitting({ readTo }: Progress): Promise<boolean | undefined> {
    return readTo === storedOf || storage.fits(readTo, ended);
  }

  /** What is to be stored next. Undefined if the lease has ended. */
  async function nextState(progress: ProgressNow, isLast: boolean): Promise<Tried | undefined> {
    const next = await nextTerm();
    const own = progress();
    const fits = own && (await isFitting(own));
    if (next === undefined || ended.aborted) return undefined;
    if (fits === false) onReset();
    const { position, parked } = fits === true ? own : row.last().state;
    const lease = isLast ? null : { holder: contender.holder, until: next.until, forMs: leaseMs };
    const state = { position, parked, token, lease, writeId: newToken() };
    return { state, term: next, of: fits === true ? own.readTo : storedOf };
  }

  /** Returns where the lease stood when it was written, or why it was not. */
  async function write(progress: ProgressNow, isLast: boolean): Promise<Standing> {
    let tried: Tried | undefined;
    for (;;) {
      const standing = await row.look(tried?.state.writeId);
      if (standing !== "held") return standing;
      if (tried === undefined || row.last().state.writeId !== tried.state.writeId) {
        tried = await nextState(progress, isLast);
        if (tried === undefined) return "over";
        if (!(await row.write(tried.state))) continue;
      }
      storedOf = tried.of;
      count.renew(tried.term);
      return standing;
    }
  }

  return {
    token,
    ended,
    isHeld: () => !ended.aborted && count.leftMs() > 0,
    now: count.now,
    renewInMs,
    async save(progress) {
      if ((await write(progress, false)) !== "held") end();
    },
    async look() {
      if ((await row.look()) !== "held") end();
    },
    async giveUp(progress) {
      const tooLate = setTimeout(end, givingUpMs);
      try {
        if ((await write(progress, true)) === "behind") await row.leave();
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
