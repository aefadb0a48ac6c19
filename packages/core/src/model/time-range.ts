/** A half-open interval `[start, end)` of instants, in milliseconds. */
export interface TimeRange {
  readonly start: Date;
  readonly end: Date;
}

export function contains(outer: TimeRange, inner: TimeRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.start < b.end && b.start < a.end;
}

export function durationMs({ start, end }: TimeRange): number {
  return end.getTime() - start.getTime();
}
