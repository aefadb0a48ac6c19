import {
  type ActorEngine,
  type LiveOfSubject,
  type LiveSlots,
  type LiveStanding,
  type LiveSubjectStanding,
  limits,
  type NextTimes,
} from "@slotwright/core";
import type { Input } from "./requests/input.ts";

/** A kind of search. The input of each is what a stranger sent, until it is checked by whatever answers. */
export interface Search {
  readonly inDatabase: (engine: ActorEngine, input: never) => Promise<object>;
  readonly forAll: (slots: LiveSlots, input: never) => LiveStanding;
  /** Default: the database answers it. */
  readonly forSubject?: (own: LiveOfSubject, input: never) => Promise<LiveSubjectStanding>;
  /** How long it may be that is asked for. The database refuses more, so live slots are not asked for it. Default: as long as their window. */
  readonly mostDays?: number;
  /** Whether it is about hours as well, which live slots know if they were told to. Default `false`. */
  readonly isOfHours?: boolean;
  /** Whether the answer of live slots is the whole one. Default: it is if the end of what is asked for lies in their window. */
  readonly isWhole?: (found: object, input: Input) => boolean;
}

export const openSlots: Search = {
  inDatabase: (engine, input) => engine.findOpen(input),
  forAll: (slots, input) => slots.findOpen(input),
  forSubject: (own, input) => own.findOpen(input),
};

export const times: Search = {
  isOfHours: true,
  mostDays: limits.openDays,
  inDatabase: (engine, input) => engine.findTimes(input),
  forAll: (slots, input) => slots.findTimes(input),
  forSubject: (own, input) => own.findTimes(input),
};

const openMs = limits.openDays * 24 * 60 * 60 * 1000;

/** The database looks 62 days ahead. Live slots that have to look further for the last one leave the answer to it. */
export const nextTimes: Search = {
  isOfHours: true,
  inDatabase: (engine, input) => engine.nextTimes(input),
  forAll: (slots, input) => slots.nextTimes(input),
  isWhole(found, { count = 1, from }) {
    const { items } = found as NextTimes;
    const end = (from as Date).getTime() + openMs;
    return items.length === count && items.every(({ start }) => start.getTime() < end);
  },
};

export const timesByDay: Search = {
  isOfHours: true,
  mostDays: limits.openDays,
  inDatabase: (engine, input) => engine.countTimes(input),
  forAll: (slots, input) => slots.countTimes(input),
};
