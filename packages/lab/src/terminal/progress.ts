import { clearLine, cursorTo } from "node:readline";
import { styleText } from "node:util";

/** Shows progress: a bar on a terminal, a line per quarter elsewhere. */
export interface Progress {
  /** `done` out of the total, and what to say about it. */
  readonly update: (done: number, text: string) => void;
  /** The closing message. */
  readonly finish: (done: number, text: string) => void;
}

const width = 30;

// A bar is two lines of code, and the well-known libraries for it have had no release for years.
export function createProgress(total: number): Progress {
  return process.stdout.isTTY ? barOf(total) : linesOf(total);
}

function barOf(total: number): Progress {
  const update = (done: number, text: string) => {
    const filled = Math.min(width, Math.round((done / total) * width));
    clearLine(process.stdout, 0);
    cursorTo(process.stdout, 0);
    const room = Math.max((process.stdout.columns ?? 80) - width - 2, 0);
    const bar = `${styleText("green", "█".repeat(filled))}${"░".repeat(width - filled)}`;
    process.stdout.write(`${bar} ${text.slice(0, room)}`);
  };
  return {
    update,
    finish(done, text) {
      update(done, text);
      process.stdout.write("\n");
    },
  };
}

function linesOf(total: number): Progress {
  let shown = 0;
  return {
    update(done, text) {
      const quarter = Math.floor((done / total) * 4);
      if (quarter <= shown || quarter >= 4) return;
      shown = quarter;
      console.log(`progress: ${text}`);
    },
    finish: (_, text) => console.log(`progress: ${text}`),
  };
}
