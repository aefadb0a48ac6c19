import { limits } from "../../model/limits.ts";
import { overlapping } from "../../model/search.ts";
import type { Slot } from "../../model/slot.ts";
import { overlaps, type TimeRange } from "../../model/time-range.ts";
import type { Actor } from "../../model/values.ts";
import {
  type Neighbour,
  neighbourOf,
  nothingAround,
  noZones,
  type OfSubject,
  type Sight,
  type Survey,
  withWindow,
  type Zones,
  zonesOfOne,
} from "../../rules/sight.ts";
import type { TakenPlace } from "../../rules/taken-place.ts";
import type { EngineSettings } from "../options.ts";
import { aroundsOf, countingAppointments, lookedAround } from "./look-around.ts";
import { withSurvey } from "./merged.ts";

/** Whose search it is, and for whom. */
export interface Searcher {
  readonly actor: Actor;
  /** Undefined if a slot is only to be held. */
  readonly subjectId: string | undefined;
  readonly now: Date;
}

/** What lies around a slot. Undefined if no policy sees anything. */
export type SurveyOf = (slot: Slot) => Survey | undefined;

/** Rows that one read of a survey returns at most. Beyond it, each slot is looked around by itself. */
const mostRows = 5_000;

/** A list with more rows around one slot may be cut where a command looks, so it is looked at as a command does. */
export const surelyWhole = limits.rowsAround / 2;

const unseen: Survey = { ...nothingAround, isCut: { provider: false, subject: false } };

/**
 * What lies around each of many slots, as a command for it would see it, in one read for the neighbours of all and one
 * for the subject. Nothing rests on it but what is offered.
 */
export async function surveyAround(
  settings: EngineSettings,
  slots: readonly Slot[],
  searcher: Searcher,
  until: number,
): Promise<SurveyOf> {
  const { sights } = settings;
  if (sights === undefined || slots.length === 0) return () => undefined;
  const sight = sights.of(searcher.actor);
  const [neighbours, ofSubject, zonesFor] = await Promise.all([
    neighboursOfAll(settings, slots, sight, searcher, until),
    subjectInAll(settings, slots, sight, searcher, until),
    zonesOfAll(settings, slots, sight, until),
  ]);
  const surveys = new Map<string, Survey>();
  const crowded: Slot[] = [];
  for (const slot of slots) {
    const near = neighbours?.(slot);
    const isWhole = near !== undefined && near.length <= surelyWhole && ofSubject !== undefined;
    if (isWhole) surveys.set(slot.id, { ...unseen, neighbours: near, ofSubject, ...zonesFor(slot) });
    else crowded.push(slot);
  }
  for (const [id, survey] of await lookAtEach(settings, crowded, searcher, until)) {
    const slot = crowded.find((one) => one.id === id) as Slot;
    surveys.set(id, { ...survey, ...zonesFor(slot) });
  }
  return ({ id }) => surveys.get(id);
}

/** Slots that a command takes, or gives up, whichever slot it finds for its time. */
export interface Beside {
  readonly further: readonly Slot[];
  readonly given: readonly Slot[];
}

/** What lies around the former, and the zones of both. Undefined if no policy sees anything. */
export async function surveyBeside(
  settings: EngineSettings,
  { further, given }: Beside,
  { actor, now }: Searcher,
  until: number,
): Promise<Survey | undefined> {
  if (settings.sights === undefined) return undefined;
  const slots = [...further, ...given];
  const [surveyOf, zonesFor] = await Promise.all([
    // The subject is where the time is that is looked for.
    surveyAround(settings, further, { actor, subjectId: undefined, now }, until),
    zonesOfAll(settings, slots, settings.sights.of(actor), until),
  ]);
  const timeZones = Object.assign({}, ...slots.map((slot) => zonesFor(slot).timeZones));
  const surveys = further.flatMap((slot) => surveyOf(slot) ?? []);
  // None of them is the first slot.
  return { ...surveys.reduce(withSurvey, unseen), timeZone: null, timeZones };
}

/** By provider, in the order of their starts. Undefined if there are too many. */
async function neighboursOfAll(
  { findUnremembered, storage, isHostTransaction }: EngineSettings,
  slots: readonly Slot[],
  { provider }: Sight,
  { now }: Searcher,
  until: number,
): Promise<((slot: Slot) => readonly Neighbour[]) | undefined> {
  if (provider === undefined) return () => [];
  const find = isHostTransaction ? storage.findSlots : findUnremembered;
  const providerIds = [...new Set(slots.map(({ providerId }) => providerId))];
  if (providerIds.length > limits.providersPerList) return undefined;
  const search = {
    ...overlapping(withWindow(spanOf(slots), provider)),
    providerIds,
    statuses: ["held", "booked"] as const,
  };
  const found = await find({ ...search, asOf: now, displayOnly: true, limit: mostRows }, until);
  if (found.length === mostRows) return undefined;
  const byProvider = Map.groupBy(found, ({ providerId }) => providerId);
  return (slot) => {
    const window = withWindow(slot, provider);
    return (byProvider.get(slot.providerId) ?? []).filter((one) => overlaps(one, window)).map(neighbourOf);
  };
}

/** Undefined if there are too many. */
async function subjectInAll(
  { storage }: EngineSettings,
  slots: readonly Slot[],
  { subject }: Sight,
  { subjectId, now }: Searcher,
  until: number,
): Promise<readonly OfSubject[] | undefined> {
  if (subject === undefined || subjectId === undefined) return [];
  const { startFrom, startBefore } = overlapping(withWindow(spanOf(slots), subject)) as Required<
    ReturnType<typeof overlapping>
  >;
  const found = await storage.findAppointments({ subjectId, startFrom, startBefore, limit: surelyWhole }, until);
  return found.length === surelyWhole ? undefined : found.flatMap((one) => countingAppointments(one, now));
}

function spanOf(slots: readonly TimeRange[]): TimeRange {
  const [starts, ends] = [slots.map(({ start }) => start.getTime()), slots.map(({ end }) => end.getTime())];
  return { start: new Date(Math.min(...starts)), end: new Date(Math.max(...ends)) };
}

async function zonesOfAll(
  { zones }: EngineSettings,
  slots: readonly Slot[],
  { timeZone }: Sight,
  until: number,
): Promise<(slot: Slot) => Zones> {
  if (timeZone === undefined) return () => noZones;
  const known = await zones.ofAll([...new Set(slots.map(({ scheduleId }) => scheduleId))], until);
  return ({ scheduleId }) => zonesOfOne(scheduleId, known.get(scheduleId) ?? "UTC");
}

/** A slot that is not stored, that of a computed opening, has version 0: only its time is known. */
const placeOf = (slot: Slot): Pick<TakenPlace, "slotIds" | "time"> =>
  slot.version === 0 ? { slotIds: [], time: slot } : { slotIds: [slot.id], time: undefined };

/** As a command looks around its slot, for as many at once as one read allows. */
async function lookAtEach(
  { storage, sights }: EngineSettings,
  slots: readonly Slot[],
  { actor, subjectId, now }: Searcher,
  until: number,
): Promise<readonly (readonly [id: string, Survey])[]> {
  if (sights === undefined || slots.length === 0) return [];
  const own = sights.of(actor);
  const looks = slots.map((slot) =>
    aroundsOf({ ...placeOf(slot), subjectId, apart: false }, { ...sights, ofAll: own }, own),
  );
  const perRead = Math.floor(limits.placesAround / Math.max(...looks.map(({ length }) => length), 1));
  const surveys: (readonly [string, Survey])[] = [];
  for (let from = 0; from < slots.length; from += perRead) {
    const part = looks.slice(from, from + perRead);
    const { around } = await storage.loadAroundToShow([], part.flat(), until);
    let at = 0;
    for (const [index, arounds] of part.entries()) {
      const answers = around.slice(at, at + arounds.length);
      at += arounds.length;
      surveys.push([slots[from + index]?.id ?? "", lookedAround(arounds, answers, { now }, noZones).around]);
    }
  }
  return surveys;
}
