import { useSyncExternalStore } from "react";

/** Whether the window is as narrow as a phone's, where a week is a list and not a grid. */
export const useIsNarrow = hookOf("(width < 700px)");

/** Whether there is room for the waiting list beside the calendar. */
export const useHasSide = hookOf("(width >= 1100px)");

function hookOf(query: string): () => boolean {
  const media = matchMedia(query);
  const subscribe = (listener: () => void) => {
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  };
  return () => useSyncExternalStore(subscribe, () => media.matches);
}
