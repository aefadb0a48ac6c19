import { useSyncExternalStore } from "react";

/** A rule of the clinic that the staff may pass, if they say why. */
export interface Passing {
  readonly policy: string;
  /** What the rule says against it. */
  readonly problem: string;
  /** What is done in spite of it, as the title of a question: "Accept Ada Brandt all the same?" */
  readonly title: string;
  readonly onReason: (reason: string) => void;
}

const listeners = new Set<() => void>();
let asked: Passing | null = null;

/** Asks for the reason. One question at a time: another one takes its place. */
export function askToPass(passing: Passing | null): void {
  asked = passing;
  for (const listener of [...listeners]) listener();
}

export function usePassing(): Passing | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => asked,
  );
}
