import { isRequestError } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect, useRef, useState } from "react";

/** Of news that come close together, one question is made. */
const gatherMs = 300;
const againMs = 3_000;

/**
 * What a call answers, asked again when the feed has news of slots or of hours, and a while after it failed. `undefined` until the
 * first answer to this question, which is told apart from others by its key.
 */
export function useAsked<Answer>(key: string, ask: () => Promise<Answer>): Answer | undefined {
  const client = useClient();
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: Answer }>();
  const asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    let [isOver, timer]: [boolean, ReturnType<typeof setTimeout> | undefined] = [false, undefined];
    function later(ms: number): void {
      timer ??= setTimeout(now, ms);
    }
    function now(): void {
      timer = undefined;
      asking.current().then(
        (value) => isOver || setAnswer({ key, value }),
        (error: unknown) => isOver || (isRequestError(error) && error.transient && later(againMs)),
      );
    }
    now();
    const leave = client.onNews(
      (entries) => entries.some(({ recordKind }) => recordKind !== "appointment") && later(gatherMs),
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
      leave();
    };
  }, [client, key]);
  return answer?.key === key ? answer.value : undefined;
}
