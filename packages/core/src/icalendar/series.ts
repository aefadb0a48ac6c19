import { dayMs } from "../model/local-date.ts";
import { changeMs, type Reach } from "./clocks.ts";
import type { Component } from "./components.ts";
import {
  type FirstTime,
  firstTimeOf,
  isFree,
  namedIn,
  type Occurrence,
  occurrencesOf,
  type Reading,
} from "./events.ts";
import { lastBegun } from "./last-begun.ts";
import { singlePropertyOf } from "./property.ts";
import { propertyOf, refuseIn } from "./refuse-in.ts";
import type { TimeZones } from "./time-zones.ts";
import { type CalendarTime, endAfter, instantOf, type Length, timeIn } from "./times.ts";

/** A time at which somebody is busy, in epoch milliseconds. */
export type Busy = readonly [start: number, end: number];

/** What an event with RANGE=THISANDFUTURE changes from one occurrence on. */
interface Turn {
  /** The instant of that occurrence, as it was before. */
  readonly from: number;
  /** By how much the occurrences begin later, by the clocks. */
  readonly shift: number;
  readonly length: Length;
  readonly isFree: boolean;
}

/**
 * When the events of a calendar take time, in no order. Events of one UID are one series: those with a RECURRENCE-ID are in the
 * place of occurrences of the others.
 * @throws BookingError `invalid_input`
 */
export function* busyOfEvents(events: readonly Component[], reading: Reading): Generator<Busy> {
  const { zones } = reading;
  for (const { main, changed } of seriesOf(events)) {
    for (const event of changed) if (isRange(event)) requireNoDates(event);
    const ranges = main.length === 0 ? [] : changed.filter(isRange).map((event) => rangeOf(event, zones));
    const singles = main.length === 0 ? changed : changed.filter((event) => !isRange(event));
    const isChanged = namedIn(singles, "RECURRENCE-ID", zones);
    for (const event of main) yield* busyOfMain(event, { isChanged, ranges }, reading);
    for (const event of singles) if (!isFree(event)) yield timeOf(firstTimeOf(event, zones));
  }
}

const timeOf = ({ start, length }: FirstTime): Busy => [instantOf(start), endAfter(start, length)];

interface Series {
  readonly main: Component[];
  readonly changed: Component[];
}

function seriesOf(events: readonly Component[]): Iterable<Series> {
  const byUid = new Map<unknown, Series>();
  for (const event of events) {
    // One without a UID belongs to no other.
    const key = event.uid ?? event;
    const series = byUid.get(key) ?? { main: [], changed: [] };
    byUid.set(key, series);
    (event.lines.has("RECURRENCE-ID") ? series.changed : series.main).push(event);
  }
  return byUid.values();
}

const isRange = (event: Component): boolean =>
  String(singlePropertyOf(event, "RECURRENCE-ID")?.parameters.range).toUpperCase() === "THISANDFUTURE";

/** Whether dates of its own are those of the series from then on, or more of them, is a guess. */
function requireNoDates(event: Component): void {
  const name = ["RRULE", "RDATE", "EXDATE", "EXRULE"].find((one) => event.lines.has(one));
  if (name !== undefined) refuseIn(propertyOf(event, name), { code: "invalid" }, noDates);
}

const noDates =
  "must not be in an event with RANGE=THISANDFUTURE, which changes occurrences of its series and adds none: end the series before it, and write a new one";

/** What is in the place of occurrences of a series. */
interface Changes {
  readonly isChanged: (one: CalendarTime) => boolean;
  readonly ranges: readonly Range[];
}

/** An event with RANGE=THISANDFUTURE. */
interface Range extends FirstTime {
  /** The instant of the occurrence that it names. */
  readonly from: number;
  readonly isFree: boolean;
}

function rangeOf(event: Component, zones: TimeZones): Range {
  const id = singlePropertyOf(event, "RECURRENCE-ID");
  const from = id === undefined ? 0 : instantOf(timeIn(id.values[0], id, zones));
  return { ...firstTimeOf(event, zones), from, isFree: isFree(event) };
}

function* busyOfMain(event: Component, { isChanged, ranges }: Changes, reading: Reading): Generator<Busy> {
  if (isFree(event) && ranges.length === 0) return;
  // Several events of one UID have all its changes, each.
  reading.spendOn(event)(ranges.length);
  const first = firstTimeOf(event, reading.zones);
  const own: Turn = { from: Number.NEGATIVE_INFINITY, shift: 0, length: first.length, isFree: isFree(event) };
  const turns = [own, ...ranges.map((range) => turnOf(range, first))].sort((a, b) => a.from - b.from);
  for (const occurrence of occurrencesOf(event, first, reachOf(turns, reading.window), reading)) {
    const busy = isChanged(occurrence.start) ? undefined : turned(occurrence, turns);
    if (busy !== undefined) yield busy;
  }
}

function turnOf({ from, start: changed, length, isFree }: Range, { start }: FirstTime): Turn {
  return { from, shift: start.clock.localAt(instantOf(changed)) - start.clock.localAt(from), length, isFree };
}

/** Where the occurrences may begin, as they were first, whose times the window meets. */
function reachOf(turns: readonly Turn[], { from, to }: Reach): Reach {
  let [longest, latest, earliest] = [0, 0, 0];
  for (const { length, shift } of turns) {
    longest = Math.max(longest, length.days * dayMs + length.ms);
    latest = Math.max(latest, shift);
    earliest = Math.min(earliest, shift);
  }
  return { from: from - longest - latest - changeMs, to: to - earliest + changeMs };
}

function turned({ start, end }: Occurrence, turns: readonly Turn[]): Busy | undefined {
  const turn = turns.length === 1 ? turns[0] : lastBegun(turns, ({ from }) => from, instantOf(start));
  if (turn === undefined || turn.isFree) return undefined;
  const moved: CalendarTime = { ...start, local: start.local + turn.shift };
  const begins = instantOf(moved);
  return [begins, turn.shift === 0 && end !== undefined ? end : endAfter(moved, turn.length)];
}
