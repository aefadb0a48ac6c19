import type { Turn } from "./contender.ts";

/** One thing that a caller does; resolves with whether it booked something. */
export type Act = () => Promise<boolean>;

/** What a caller does next; undefined when there is nothing left to do. */
export type NextAct = (caller: number) => Act | undefined;

/** This many concurrent callers, each asking again as soon as it was answered. */
export async function runCallers(callers: number, next: NextAct): Promise<Turn> {
  const latenciesMs: number[] = [];
  const errors: string[] = [];
  let booked = 0;
  const started = performance.now();

  async function call(caller: number): Promise<void> {
    let before = started;
    for (let act = next(caller); act !== undefined; act = next(caller)) {
      try {
        if (await act()) booked += 1;
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
      const now = performance.now();
      latenciesMs.push(now - before);
      before = now;
    }
  }

  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return { elapsedMs: performance.now() - started, done: latenciesMs.length, latenciesMs, errors, booked };
}

/** The callers share the items, each of which is taken once. */
export function takingFrom<Item>(items: readonly Item[], act: (item: Item) => Promise<boolean>): NextAct {
  let taken = 0;
  return () => {
    const item = items[taken];
    taken += 1;
    return item === undefined ? undefined : () => act(item);
  };
}
