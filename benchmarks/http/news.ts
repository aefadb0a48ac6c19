import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "../measuring/statistics.ts";
import { createCaller, openStreams } from "./caller.ts";
import type { HttpNews } from "./result.ts";

/** After the first one, which warms up. */
const bookings = { full: 20, quick: 2 } as const;

/** How many slots it takes. */
export const slotsForNews = (isQuick: boolean): number => bookings[isQuick ? "quick" : "full"] + 1;

/** From the request of a booking to the last of all streams, several times. */
export async function newsTo(
  { port, streams: count, isQuick }: { readonly port: number; readonly streams: number; readonly isQuick: boolean },
  nextSlot: () => string,
  signal: AbortSignal,
): Promise<HttpNews> {
  const streams = await openStreams(port, Array<string>(count).fill("/changes/stream"));
  const caller = await createCaller(port, "benchmark/b");
  const took: number[] = [];
  for (let number = 0; number < slotsForNews(isQuick); number += 1) {
    signal.throwIfAborted();
    const slotId = nextSlot();
    const heard = streams.map(
      ({ onText }) => new Promise<void>((resolve) => onText((text) => text.includes(slotId) && resolve())),
    );
    const began = performance.now();
    await caller.call("POST", "/appointments", { slotId, subjectId: "p" });
    await Promise.all(heard);
    if (number > 0) took.push(Math.round(performance.now() - began));
    // News of two bookings would come together.
    await pause(100);
  }
  for (const { socket } of streams) socket.destroy();
  caller.close();
  return { streams: count, bookings: took.length, p50Ms: percentile(took, 0.5), mostMs: Math.max(...took) };
}
