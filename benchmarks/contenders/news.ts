import { setTimeout as pause } from "node:timers/promises";
import { type NextAct, runCallers, takingFrom } from "./callers.ts";
import type { Application, FreeSlot, Turn } from "./contender.ts";
import { type Listening, type News, sharedTimeMs } from "./listening.ts";

/** Resolves with somebody who listens, here or elsewhere. */
export type StartListening = (pollMs: number, tell: (news: News) => void) => Promise<Listening>;

export interface NewsDesk {
  /** Books these, and resolves when the news of all has come, or will not come any more. */
  readonly turn: (slots: readonly FreeSlot[], callers: number) => Promise<Turn>;
  readonly close: () => Promise<void>;
}

/** How many bookings there are in a turn, and the time over which they are spread. */
export interface Pace {
  readonly bookings: number;
  /** As long as the poll: bookings then come at every moment of it. */
  readonly overMs: number;
  /** So many come at once, if there are as many callers: transactions then overlap. */
  readonly together: number;
}

/** Measures how long after its answer the news of a booking comes to somebody who looks for it this often. */
export async function openNewsDesk(
  { book }: Pick<Application, "book">,
  startListening: StartListening,
  { pollMs, pace }: { readonly pollMs: number; readonly pace: Pace },
): Promise<NewsDesk> {
  const heardAt = new Map<string, number>();
  const patienceMs = 2 * pollMs + 500;
  const listening = await startListening(pollMs, ({ slotIds, atMs }) => {
    for (const id of slotIds) heardAt.set(id, atMs);
  });

  return {
    close: listening.close,
    async turn(slots, callers) {
      const answeredAt = new Map<string, number>();
      const together = Math.min(pace.together, callers);
      const turn = await runCallers(callers, bookingInTime({ slots, book, pace: { ...pace, together }, answeredAt }));
      await until(() => allHeard(answeredAt, heardAt), patienceMs);
      const answered = [...answeredAt].map(([id, at]) => ({ at, heard: heardAt.get(id) }));
      // News may come before the answer.
      const latenciesMs = answered.flatMap(({ at, heard }) => (heard === undefined ? [] : Math.max(0, heard - at)));
      const missing = answered.filter(({ heard }) => heard === undefined);
      const lost = missing.map(() => `no news of a booking came within ${patienceMs} ms`);
      return { ...turn, latenciesMs, errors: [...turn.errors, ...lost] };
    },
  };
}

interface BookingInTime extends Pick<Application, "book"> {
  readonly slots: readonly FreeSlot[];
  readonly pace: Pace;
  /** When each booking was answered. */
  readonly answeredAt: Map<string, number>;
}

/** Few enough bookings that the news is measured, and not a queue before it. */
function bookingInTime({ slots, book, pace, answeredAt }: BookingInTime): NextAct {
  const began = sharedTimeMs();
  const dueMs = (index: number) => ((index - (index % pace.together)) * pace.overMs) / pace.bookings;
  return takingFrom([...slots.entries()], async ([index, slot]) => {
    const early = began + dueMs(index) - sharedTimeMs();
    if (early > 0) await pause(early);
    const isBooked = await book(slot);
    if (isBooked) answeredAt.set(slot.id, sharedTimeMs());
    return isBooked;
  });
}

function allHeard(answeredAt: ReadonlyMap<string, number>, heardAt: ReadonlyMap<string, number>): boolean {
  for (const id of answeredAt.keys()) if (!heardAt.has(id)) return false;
  return true;
}

const lookMs = 5;

async function until(isTrue: () => boolean, patienceMs: number): Promise<void> {
  const end = sharedTimeMs() + patienceMs;
  while (!isTrue() && sharedTimeMs() < end) await pause(lookMs);
}
