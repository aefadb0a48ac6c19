import {
  type Clock,
  createEngine,
  type Engine,
  isBookingError,
  type StorageAdapter,
  systemClock,
} from "@slotwright/core";
import { Temporal } from "temporal-polyfill";
import { authorize } from "../../../express/access.ts";
import { zoneOf } from "./days.ts";
import { type Known, type Step, stepsOf } from "./steps.ts";
import { hoursSteps } from "./weekly-hours.ts";

export interface SeedOptions {
  /** A day of the first week. */
  readonly from: Temporal.PlainDate;
  /** What is planned for later than this has not happened yet. */
  readonly now: Temporal.Instant;
}

export interface Seeded {
  /** Commands that took effect, now or in an earlier run. */
  readonly done: number;
  /** Commands that were refused, because visitors of the page had other plans. */
  readonly refused: number;
}

/** The week before the first one, so that there is a past, and three from then on. */
const weeks = [-1, 0, 1, 2];

/**
 * Fills a clinic with what happened and what is to come. Every command has a key that its week alone decides: a second
 * run changes nothing, and one in a later week adds what that week has beyond the earlier ones.
 */
export async function seed(storage: StorageAdapter<never>, { from, now }: SeedOptions): Promise<Seeded> {
  const monday = from.subtract({ days: from.dayOfWeek - 1 });
  const visits = weeks.flatMap((week) => stepsOf(monday.add({ weeks: week })));
  const steps = [...hoursSteps(visits[0]?.at ?? now), ...visits];
  const { clock, setTo } = movableClock();
  const engine = createEngine({ storage, authorize, clock });
  const known: Known = new Map();
  const outcomes: boolean[] = [];
  for (const group of inTurn(steps, now)) {
    setTo(group.at);
    outcomes.push(...(await Promise.all(group.steps.map((step) => attempt(engine, step, known)))));
  }
  return { done: outcomes.filter(Boolean).length, refused: outcomes.filter((one) => !one).length };
}

/** Today where most of the clinic is. */
export function today(now: Temporal.Instant): Temporal.PlainDate {
  return now.toZonedDateTimeISO(zoneOf("harbour")).toPlainDate();
}

/** The journal says when something happened by the clock of the engine. */
function movableClock(): { readonly clock: Clock; readonly setTo: (instant: Temporal.Instant) => void } {
  let now = new Date();
  return {
    clock: { ...systemClock, now: () => now },
    setTo: (instant) => {
      now = new Date(instant.epochMilliseconds);
    },
  };
}

interface Group {
  readonly at: Temporal.Instant;
  readonly steps: readonly Step[];
}

/** Steps of one time and one order at once, and the groups one after the other. Nothing has happened later than now. */
function inTurn(steps: readonly Step[], now: Temporal.Instant): readonly Group[] {
  const { compare } = Temporal.Instant;
  const due = steps.filter(({ at, isAwaited }) => !isAwaited || compare(at, now) <= 0);
  const atMostNow = due.map((step) => ({ ...step, at: compare(step.at, now) > 0 ? now : step.at }));
  const inOrder = atMostNow.toSorted((a, b) => compare(a.at, b.at) || a.order - b.order);
  const groups = Map.groupBy(inOrder, ({ at, order }) => `${at} ${order}`);
  return [...groups.values()].map((together) => ({ at: together[0]?.at ?? now, steps: together }));
}

/** Whether it took effect. */
async function attempt(engine: Engine<never>, { run }: Step, known: Known): Promise<boolean> {
  try {
    const answer = run(engine, known);
    await answer;
    return answer !== undefined;
  } catch (error) {
    if (isOfOthers(error)) return false;
    throw error;
  }
}

/** A visitor of the page has changed the record first (409, 412), or the file was filled by an older plan. */
function isOfOthers(error: unknown): boolean {
  if (!isBookingError(error)) return false;
  return error.status === 409 || error.status === 412 || error.code === "idempotency_key_reused";
}
