import { type Run, runProgram } from "../run-program.ts";

export const demo = (...args: readonly string[]) =>
  runProgram("./demo/main.ts", ["--processes", "2", "--callers", "8", ...args]);

/** What the last table says of each invariant, and of the file. */
export const verdictsIn = ({ output }: Run) =>
  [...output.matchAll(/^(ok|BROKEN) +(file|\d)/gm)].map(([, verdict, label]) => `${label} ${verdict}`);

export const allHold = [1, 2, 3, 4, 5, 6, 7].map((number) => `${number} ok`);
