import { limits } from "../model/limits.ts";
import { refuseIn, type Where } from "./refuse-in.ts";

/** Pays for so many days or times that are looked at, or for what takes as long. */
export type Spend = (steps: number) => void;

/**
 * What one calendar may cost, however many rules it has. The component that uses it up is named.
 * @throws BookingError `invalid_input`, when it is used up
 */
export function stepBudget(): (where: Where) => Spend {
  let left = limits.calendarSteps;
  return (where) => (steps) => {
    left -= steps;
    if (left >= 0) return;
    const maximum = limits.calendarSteps;
    refuseIn(where, { code: "too_much", maximum }, message);
  };
}

const message = `cannot be worked out in ${limits.calendarSteps} steps: it repeats too often, or has too many times far from the window`;
