import type { Socket } from "node:net";

/** One direction of a connection. What is sent leaves in order, and while the line is held it stays. */
export interface Line {
  send(bytes: Buffer): void;
  /** Closes the receiver's socket after everything that was sent. */
  finish(): void;
  /** Holds back what comes from now on, until every hold was released by the function that it returned. */
  hold(): () => void;
}

/** @param to The receiver's socket. Only memory limits what waits for a slow receiver, and test data fits in it. */
export function createLine(to: Socket): Line {
  const kept: (() => void)[] = [];
  const holds = new Set<symbol>();
  const pass = (step: () => void): void => {
    if (holds.size > 0) kept.push(step);
    else step();
  };
  return {
    send: (bytes) => pass(() => void (to.writable && to.write(bytes))),
    finish: () => pass(() => to.destroySoon()),
    hold: () => {
      const hold = Symbol("hold");
      holds.add(hold);
      return () => {
        holds.delete(hold);
        if (holds.size === 0) for (const step of kept.splice(0)) step();
      };
    },
  };
}
