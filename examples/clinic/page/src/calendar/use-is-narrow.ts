import { useSyncExternalStore } from "react";

const narrow = matchMedia("(width < 700px)");

/** Whether the window is as narrow as a phone's, where a week is a list and not a grid. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
}
