import { useEffect, useState } from "react";

/** Those who do not see the clock hear of it at these seconds only. */
const spokenAt = [60, 30, 10] as const;

/** How long the time is kept yet: as text, and as a bar that shrinks. */
export function HoldClock({ endsAt, seconds }: { readonly endsAt: number; readonly seconds: number }) {
  const left = useSecondsLeft(endsAt);
  const isShort = left <= 10;
  return (
    <div className="hold-clock" data-short={isShort || undefined}>
      <p role="timer">
        Kept for you for <strong>{clockOf(left)}</strong>
      </p>
      <div className="hold-bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${Math.max(0, left - 1) / seconds})` }} />
      </div>
      <p className="visually-hidden" role="status">
        {spoken(left, seconds)}
      </p>
    </div>
  );
}

/** What is said by now. It stays the same from one of the marks to the next, so that it is said once. */
export function spoken(left: number, seconds: number): string {
  const mark = spokenAt.findLast((at) => left <= at && at < seconds);
  return mark === undefined ? "" : `${mark} seconds left to book this time.`;
}

export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function useSecondsLeft(endsAt: number): number {
  const secondsLeft = () => Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return secondsLeft();
}
