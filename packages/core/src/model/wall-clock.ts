import type { z } from "zod";
import type { Problem } from "./input-issue.ts";

/** What was made of a time: the instant, or what is wrong with it and where. */
export type Parsed =
  | { readonly epochMs: number }
  | { readonly problem: Problem; readonly path?: readonly string[] }
  | { readonly issues: readonly z.core.$ZodIssue[] };

/** What clocks show, to the millisecond, or what is wrong with it. */
export type WallClock = { readonly text: string; readonly hasSeconds: boolean } | { readonly problem: Problem };

const dateAndTime = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?$/;

/** @returns undefined if the text is not a date and time without an offset */
export function readWallClock(text: string): WallClock | undefined {
  const [, minute = "", seconds, fraction = ""] = dateAndTime.exec(text) ?? [];
  if (minute === "") return undefined;
  if (/[1-9]/.test(fraction.slice(3))) return { problem: tooFine };
  const second = `${minute}:${seconds ?? "00"}`;
  if (!exists(second)) return { problem: { code: "no_such_time", message: "must be a date and time that exists" } };
  return { text: `${second}.${fraction.slice(0, 3).padEnd(3, "0")}`, hasSeconds: seconds !== undefined };
}

export const tooFine: Problem = { code: "too_fine", message: "must not be finer than a millisecond" };

/** False for 30 February and for 24:00, which `Date` would roll over to the next day. */
function exists(wallClock: string): boolean {
  const asUtc = new Date(`${wallClock}Z`);
  return !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(wallClock);
}
