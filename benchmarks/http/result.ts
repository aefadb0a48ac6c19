import type { EngineFacts } from "../arenas/arena.ts";
import type { Circumstances } from "../measuring/circumstances.ts";
import type { Interval } from "../pairs/interval.ts";
import type { HttpOptions } from "./options.ts";

/** A route of the handler beside one of the Express application. */
export interface HttpComparison {
  readonly name: "bookings" | "searches";
  /** How many times as many answers: both had a turn in each round. */
  readonly ratio: Interval;
  /** Answers per second, medians of the rounds. */
  readonly perSecond: { readonly own: number; readonly plain: number };
}

/** From the request of a booking until the last of all streams has told of it. */
export interface HttpNews {
  readonly streams: number;
  readonly bookings: number;
  readonly p50Ms: number;
  readonly mostMs: number;
}

export interface HttpResult extends Circumstances, Omit<HttpOptions, "json" | "newsStreams"> {
  readonly server: Pick<EngineFacts, "title" | "version" | "durability" | "isDurable">;
  /** Connections of each of the two. */
  readonly poolSize: number;
  readonly comparisons: readonly HttpComparison[];
  readonly news: HttpNews;
}

/** What is wanted at least of the ratios, and at most of the news. */
export const wanted = { bookings: 0.6, searches: 3, newsMs: 150 } as const;

/** What is slower than wanted, in words. */
export function problemsOf({ comparisons, news, isQuick }: HttpResult): readonly string[] {
  if (isQuick) return [];
  const slow = comparisons
    .filter(({ name, ratio }) => ratio.ratio < wanted[name])
    .map(
      ({ name, ratio }) => `${name} at ${ratio.ratio.toFixed(2)} of the plain route, where ${wanted[name]} is wanted`,
    );
  const late = news.mostMs > wanted.newsMs ? [`news after ${news.mostMs} ms, where ${wanted.newsMs} is wanted`] : [];
  return [...slow, ...late];
}
