import type { InstantInput, LocalTime } from "@slotwright/core";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * An instant in whatever form, in epoch milliseconds: NaN if it is none. The clocks are those that this browser knows; the
 * server decides by its own.
 * @param otherwise What is meant by a local time that the clocks skip or show twice, if it does not say so.
 */
export function epochMsOf(instant: InstantInput, otherwise: LocalTime["disambiguation"] = "compatible"): number {
  if (typeof instant === "string") {
    const [, wallClock = "", offset, timeZone = "", word] = withZone.exec(instant) ?? [];
    if (timeZone === "" || offset !== undefined) return Date.parse(instant.replace(/\[.*/, ""));
    return ofLocal({ local: wallClock, timeZone, disambiguation: word as LocalTime["disambiguation"] }, otherwise);
  }
  if ("epochNanoseconds" in instant) return Number(instant.epochNanoseconds / 1_000_000n);
  return "local" in instant ? ofLocal(instant, otherwise) : new Date(instant).getTime();
}

const withZone =
  /^([^[Z+]{16,29}?)(Z|[+-]\d\d:\d\d)?\[!?([^[\]=]+)\](?:\[u-ca=[^\]]*\])*(?:\[disambiguation=(\w+)\])?$/i;

function ofLocal({ local, timeZone, disambiguation }: LocalTime, otherwise: LocalTime["disambiguation"]): number {
  const shown = Date.parse(`${local}Z`);
  if (Number.isNaN(shown)) return shown;
  const format = clockOf(timeZone);
  const meant = [-dayMs, dayMs].map((apart) => shown - aheadAt(format, shown + apart)).sort((a, b) => a - b);
  const [earlier, later] = meant as [number, number];
  const existing = meant.filter((at) => at + aheadAt(format, at) === shown);
  if (existing.length === 1 || earlier === later) return existing[0] ?? earlier;
  const isSkipped = existing.length === 0;
  const word = disambiguation ?? otherwise;
  if (word === "reject") return Number.NaN;
  return word === "later" || (word === "compatible" && isSkipped) ? later : earlier;
}

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-u-ca-iso8601-hc-h23", {
    timeZone,
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  });

/** How far the clocks are ahead of UTC at an instant, in milliseconds. */
function aheadAt(format: Intl.DateTimeFormat, at: number): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const whole = Math.floor(at / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** A local time as a query string has it: its zone in brackets. */
export const localText = ({ local, timeZone, disambiguation }: LocalTime): string =>
  `${local}[${timeZone}]${disambiguation === undefined ? "" : `[disambiguation=${disambiguation}]`}`;
