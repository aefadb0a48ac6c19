import { useEffect, useState } from "react";
import { clockOf, spoken } from "./hold-words.ts";

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

function useSecondsLeft(endsAt: number): number {
  const secondsLeft = () => Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return secondsLeft();
}
