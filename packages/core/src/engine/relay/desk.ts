import { BookingError, isBookingError } from "../../errors/index.ts";
import { type Bell, createBell } from "../bell.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import { createLease, type Lease } from "./lease.ts";
import { createParking, type Parking } from "./parking.ts";
import type { Contender } from "./state.ts";
import type { RelayContext, Taken } from "./take-lease.ts";
import { createTurns } from "./turn.ts";

/** What a process works with while it has the lease. */
export interface Desk {
  readonly context: RelayContext;
  readonly lease: Lease;
  readonly backlog: Backlog;
  readonly parking: Parking;
  /** Rings when something was handed over, parked or stored. */
  readonly bell: Bell;
  /** The records that are being handled. */
  readonly busy: Set<string>;
  /** Aborted when nothing more is to be handed over. */
  readonly closing: AbortSignal;
  /** Ends the work, once everything under way is answered. */
  readonly close: () => void;
  /** The same, and the work then throws this error. */
  readonly fail: (error: unknown) => void;
  /** Lets the event loop turn between handlers that never wait. */
  readonly takeTurn: () => Promise<void>;
  /** Somebody of this process has asked for something: the next write finds it. */
  readonly wake: () => void;
  /** New entries, and parked records, that are being handled. */
  handing: number;
  retrying: number;
  isStopped: boolean;
  /** Whether everything was answered and stored before the lease ended. */
  isGivenUp: boolean;
  failure: { readonly error: unknown } | undefined;
  /** Whether the feed lacks entries that were read. What is stored then stays as it is. */
  isReset: boolean;
  /** Whether there is progress that is not stored. */
  isDirty: boolean;
}

export function createDesk(context: RelayContext, { taken, term }: Taken, contender: Contender): Desk {
  const { settings, plan, storage } = context;
  const [bell, busy, closing] = [createBell(), new Set<string>(), new AbortController()];
  const parking = createParking(taken.state.parked, settings.random);
  const onAsked: Parameters<typeof createLease>[0]["onAsked"] = (stored) => {
    parking.hear(stored, (key) => busy.has(key));
    desk.wake();
  };
  const onReset = () => desk.fail(new BookingError("feed_reset", {}));
  const leaseMs = plan.leaseSeconds * 1_000;
  const desk: Desk = {
    context,
    lease: createLease({ storage, contender, taken, term, leaseMs, onAsked, onReset }),
    backlog: createBacklog(taken.state.position),
    parking,
    bell,
    busy,
    closing: closing.signal,
    close() {
      closing.abort();
      bell.ring();
    },
    fail(error) {
      desk.failure ??= { error };
      desk.isReset ||= isBookingError(error, "feed_reset");
      desk.close();
    },
    takeTurn: createTurns(),
    wake() {
      desk.isDirty = true;
      bell.ring();
    },
    handing: 0,
    retrying: 0,
    isStopped: false,
    isGivenUp: false,
    failure: undefined,
    isReset: false,
    isDirty: false,
  };
  return desk;
}
