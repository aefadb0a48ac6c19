import { type RefObject, useEffect, useRef } from "react";
import type { SyncState } from "./sync-check.ts";

/** What is repaired takes its button away, and with it the focus: the result gets it. */
export function useResultFocus(phase: SyncState["phase"]): RefObject<HTMLHeadingElement | null> {
  const title = useRef<HTMLHeadingElement>(null);
  const hasRepaired = useRef(false);
  useEffect(() => {
    if (phase === "repairing") hasRepaired.current = true;
    if (phase !== "idle" || !hasRepaired.current) return;
    hasRepaired.current = false;
    // The dialog gives the focus back first.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
    }, 100);
    return () => clearTimeout(timer);
  }, [phase]);
  return title;
}
