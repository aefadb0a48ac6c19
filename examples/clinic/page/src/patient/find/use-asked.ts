import { isRequestError } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect, useRef, useState } from "react";

/** Of news that come close together, one question is made. */
const gatherMs = 300;
const againMs = 3_000;
/** How often to ask for what can become free by the clock: the end of a hold is no news. */
export const endsMs = 10_000;

/** What to go on with after a failure that asking again does not mend. Any other is thrown, and asked again. */
export const unlessForGood =
  <Answer>(answer: Answer) =>
  (error: unknown): Answer => {
    if (isRequestError(error) && !error.transient) return answer;
    throw error;
  };

/**
 * What a call answers, asked again when the feed has news of slots or of hours, or has begun anew, a while after it failed,
 * and every so many milliseconds, if they are given. `undefined` until the first answer to this question, which is told
 * apart from others by its key.
 */
export function useAsked<Answer>(key: string, ask: () => Promise<Answer>, everyMs?: number): Answer | undefined {
  const client = useClient();
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: Answer }>();
  const asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    let [isOver, isAsking, isOld]: boolean[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** One question at a time: of two, the answer to the first might come last. */
    function later(ms: number): void {
      if (isAsking) isOld = true;
      else timer ??= setTimeout(now, ms);
    }
    function now(): void {
      [timer, isAsking, isOld] = [undefined, true, false];
      asking.current().then(
        (value) => {
          if (!isOver) setAnswer({ key, value });
          ended();
        },
        (error: unknown) => ended(isRequestError(error) && error.transient ? againMs : undefined),
      );
    }
    function ended(ms = isOld ? gatherMs : undefined): void {
      isAsking = false;
      if (!isOver && ms !== undefined) later(ms);
    }
    now();
    const leave = client.onNews((entries) => {
      const isOurs = entries.some(({ recordKind }) => recordKind !== "appointment");
      // Nothing at all: the feed has begun anew.
      if (isOurs || entries.length === 0) later(gatherMs);
    });
    const clock = everyMs === undefined ? undefined : setInterval(() => later(0), everyMs);
    return () => {
      isOver = true;
      clearInterval(clock);
      clearTimeout(timer);
      leave();
    };
  }, [client, key, everyMs]);
  return answer?.key === key ? answer.value : undefined;
}
