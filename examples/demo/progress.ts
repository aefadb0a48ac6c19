import { clearLine, cursorTo } from "node:readline";
import { styleText } from "node:util";
import type { Tally } from "./messages.ts";

/** Shows how far the race is: a bar on a terminal, a line each quarter elsewhere. */
export interface Progress {
  readonly update: (tally: Tally) => void;
  /** The last word, with the final count. */
  readonly finish: (tally: Tally) => void;
}

const width = 30;

// A bar is two lines of code, and the well-known libraries for it have had no release for years.
export function createProgress(seats: number): Progress {
  return process.stdout.isTTY ? barOf(seats) : linesOf(seats);
}

function textOf({ booked, answered }: Tally, seats: number): string {
  return `${booked} of ${seats} seats booked, ${answered} answers`;
}

function barOf(seats: number): Progress {
  const show = (tally: Tally) => {
    const filled = Math.min(width, Math.round((tally.booked / seats) * width));
    clearLine(process.stdout, 0);
    cursorTo(process.stdout, 0);
    process.stdout.write(
      `${styleText("green", "█".repeat(filled))}${"░".repeat(width - filled)} ${textOf(tally, seats)}`,
    );
  };
  return {
    update: show,
    finish(tally) {
      show(tally);
      process.stdout.write("\n");
    },
  };
}

function linesOf(seats: number): Progress {
  let shown = 0;
  const show = (tally: Tally) => console.log(`progress: ${textOf(tally, seats)}`);
  return {
    update(tally) {
      const quarter = Math.floor((tally.booked / seats) * 4);
      if (quarter <= shown || quarter >= 4) return;
      shown = quarter;
      show(tally);
    },
    finish: show,
  };
}
