import type { Environment } from "../../src/environment.ts";

/** A clock that a test moves. Nothing in it waits for a real timer. */
export interface VirtualTime {
  readonly environment: Environment;
  readonly now: () => number;
  /** Moves on, and runs what becomes due, in its order. `settle` lets what was begun come to rest in between. */
  readonly advance: (ms: number, settle: () => Promise<void>) => Promise<void>;
  /** How many timers are waiting. */
  readonly waiting: () => number;
}

export const startOfTime = Date.UTC(2027, 2, 22, 7);

/** Lets everything that does not wait for a timer come to rest. */
export async function settled(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function createVirtualTime(random: () => number = () => 0.5): VirtualTime {
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  let [now, nextId] = [startOfTime, 0];
  const due = (until: number) =>
    [...timers].filter(([, { at }]) => at <= until).sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
  return {
    environment: {
      now: () => now,
      elapsed: () => now,
      random,
      setTimer(work, ms) {
        const id = nextId++;
        timers.set(id, { at: now + Math.max(ms, 0), work });
        return () => timers.delete(id);
      },
    },
    now: () => now,
    async advance(ms, settle) {
      const until = now + ms;
      for (let next = due(until); next !== undefined; next = due(until)) {
        const [id, { at, work }] = next;
        timers.delete(id);
        now = Math.max(now, at);
        work();
        await settle();
      }
      now = until;
      await settle();
    },
    waiting: () => timers.size,
  };
}
