/** Messages on their way, which all take the same time and arrive in order. */
export interface Parcels {
  /** Runs `pass` after so many milliseconds, and not before what was sent earlier. */
  readonly send: (delayMs: number, pass: () => void) => void;
  /** Whether all have arrived. */
  readonly haveArrived: () => boolean;
}

interface Parcel {
  readonly due: number;
  readonly pass: () => void;
}

/** The longest time in milliseconds until a message is noticed. */
const sliceMs = 0.08;

/**
 * Node's timers have a resolution of whole milliseconds. Instead, the thread sleeps for slices of one while a message
 * is on its way, and checks for new ones in between. Spinning would take a processor away from what is measured.
 */
export function createParcels(): Parcels {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const parcels: Parcel[] = [];
  let isWaiting = false;
  function passDue(): void {
    const now = performance.now();
    const later = parcels.findIndex(({ due }) => due > now);
    const passed = parcels.splice(0, later === -1 ? parcels.length : later);
    for (const { pass } of passed) pass();
    const [next] = parcels;
    isWaiting = next !== undefined;
    if (next === undefined) return;
    if (passed.length === 0) Atomics.wait(bell, 0, 0, Math.min(sliceMs, next.due - now));
    setImmediate(passDue);
  }
  return {
    send(delayMs, pass) {
      const due = Math.max(performance.now() + delayMs, parcels.at(-1)?.due ?? 0);
      parcels.push({ due, pass });
      if (isWaiting) return;
      isWaiting = true;
      setImmediate(passDue);
    },
    haveArrived: () => parcels.length === 0,
  };
}
