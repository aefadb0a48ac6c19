import type { Audience } from "./audience.ts";

/** Of which slots somebody has learnt that they are booked, and when. */
export interface News {
  readonly slotIds: readonly string[];
  readonly atMs: number;
}

export interface Listening {
  readonly close: () => Promise<void>;
}

/** The time by the clock that all processes of a computer have in common, in milliseconds. */
export const sharedTimeMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A reader who tells of each booking, from the moment when this resolves. */
export async function listen(audience: Audience, pollMs: number, tell: (news: News) => void): Promise<Listening> {
  const leaving = new AbortController();
  const reader = await audience.join({ pollMs, signal: leaving.signal });
  const reading = (async () => {
    for (let part = await reader.next(); part.done !== true; part = await reader.next()) {
      tell({ slotIds: part.value.bookedSlots(), atMs: sharedTimeMs() });
    }
  })();
  // `close` throws what went wrong.
  reading.catch(() => {});
  return {
    close: () => {
      leaving.abort();
      return reading;
    },
  };
}
