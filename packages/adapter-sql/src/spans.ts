import { type AgendaOwner, limits } from "@slotwright/core/adapter";
import { type AroundRow, type FoundRows, mostOfPlace, rowsOfPlace } from "./around.ts";

/** A place whose owner is known, with its instants. */
export interface KnownPlace {
  readonly of: AgendaOwner;
  readonly owner: string;
  readonly from: number;
  readonly to: number;
}

/** A stretch of somebody's time that places cover together. What lies there is read once for all of them. */
export interface Span extends KnownPlace {
  /** The most rows that it may have: as many as its places may have together. */
  readonly most: number;
}

/** The spans of the places, and for each place the index of its span. Undefined places have none. */
export function spansOf(places: readonly (KnownPlace | undefined)[]): {
  readonly spans: readonly Span[];
  readonly spanOf: ReadonlyMap<KnownPlace, number>;
} {
  const spans: { -readonly [Name in keyof Span]: Span[Name] }[] = [];
  const spanOf = new Map<KnownPlace, number>();
  const known = places.filter((place) => place !== undefined);
  const ofOwner = Map.groupBy(known, ({ of, owner }) => `${of} ${owner}`);
  for (const own of ofOwner.values()) {
    let last: (typeof spans)[number] | undefined;
    for (const place of own.toSorted((a, b) => a.from - b.from)) {
      if (last === undefined || place.from >= last.to) {
        last = { ...place, most: 0 };
        spans.push(last);
      }
      last.to = Math.max(last.to, place.to);
      last.most += mostOfPlace;
      spanOf.set(place, spans.length - 1);
    }
  }
  return { spans, spanOf };
}

/** Those of a span that lie at one of its places. */
export function rowsOfSpan(
  { from, to }: Pick<KnownPlace, "from" | "to">,
  rows: readonly AroundRow[],
  most: number,
): FoundRows {
  if (most === mostOfPlace) return rowsOfPlace(rows);
  const own = rows.filter(({ start_at, end_at }) => start_at < to && end_at > from);
  // If the span has all that it may have, some place has too many, and another one may lack some.
  return { rows: own, isShared: true, isCut: own.length > limits.rowsAround || rows.length >= most };
}
