/** A half-open interval `[start, end)` of instants, in milliseconds. */
export interface TimeRange {
  readonly start: Date;
  readonly end: Date;
}

/** A time of a provider at a facility. */
export interface PlaceInTime extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
}

export function contains(outer: TimeRange, inner: TimeRange): boolean {
  return outer.start.getTime() <= inner.start.getTime() && inner.end.getTime() <= outer.end.getTime();
}

export function overlaps(a: TimeRange, b: TimeRange): boolean {
  // Compared as they are, dates take ten times as long, and policies compare hundreds of them for one booking.
  return a.start.getTime() < b.end.getTime() && b.start.getTime() < a.end.getTime();
}

export function durationMs({ start, end }: TimeRange): number {
  return end.getTime() - start.getTime();
}
