import type { Environment } from "../environment.ts";

/** Does something after so many milliseconds, unless it is set anew before. Without an end, it waits for nothing. */
export function createWatch(setTimer: Environment["setTimer"], work: () => void): (ms?: number) => void {
  let cancel = () => {};
  return (ms = Number.POSITIVE_INFINITY) => {
    cancel();
    if (Number.isFinite(ms)) cancel = setTimer(work, ms);
  };
}
