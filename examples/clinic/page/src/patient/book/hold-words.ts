/** Those who do not see the clock hear of it at these seconds only. */
const spokenAt = [60, 30, 10] as const;

/** What is said by now. It stays the same from one of the marks to the next, so that it is said once. */
export function spoken(left: number, seconds: number): string {
  const mark = spokenAt.findLast((at) => left <= at && at < seconds);
  return mark === undefined ? "" : `${mark} seconds left to book this time.`;
}

export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
