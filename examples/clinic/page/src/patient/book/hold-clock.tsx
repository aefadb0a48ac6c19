import { useEffect, useState } from "react";
import { clockOf, spoken } from "./hold-words.ts";

interface HoldClockProps {
  readonly endsAt: number;
  readonly seconds: number;
  readonly onKeepLonger: () => void;
}

/** How long the time is kept yet: as text, and as a bar that shrinks. */
export function HoldClock({ endsAt, seconds, onKeepLonger }: HoldClockProps) {
  const left = useSecondsLeft(endsAt);
  const isShort = left <= 10;
  return (
    <div className="hold-clock" data-short={isShort || undefined}>
      <div className="hold-row">
        <p role="timer">
          Kept for you for <strong>{clockOf(left)}</strong>
        </p>
        <button type="button" className="button button-small" onClick={onKeepLonger}>
          Keep it longer
        </button>
      </div>
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
