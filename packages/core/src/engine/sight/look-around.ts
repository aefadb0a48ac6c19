import type { Agenda, SubjectAppointment, TakenSlot } from "../../model/agenda.ts";
import { requestState } from "../../model/appointment-request.ts";
import type { RecordKey, StoredRecord } from "../../model/record.ts";
import { scheduleIdIn } from "../../model/schedule.ts";
import type { TimeRange } from "../../model/time-range.ts";
import type { Context, Seen } from "../../rules/decision.ts";
import { slotKey } from "../../rules/find.ts";
import {
  type Neighbour,
  neighbourOf,
  noZones,
  type OfSubject,
  type Sight,
  type SightWindow,
  type Survey,
  withWindow,
  type Zones,
} from "../../rules/sight.ts";
import { type TakenPlace, takenPlace } from "../../rules/taken-place.ts";
import type { Around, Surroundings } from "../../storage/adapter.ts";
import type { EngineSettings } from "../options.ts";
import type { Request } from "../request.ts";
import type { Sights } from "./sights.ts";

/** What one attempt has to read around the place that its command takes. */
export interface Look {
  readonly place: TakenPlace;
  readonly arounds: readonly Around[];
  /** Whether some policy for the actor counts local days. */
  readonly needsZone: boolean;
}

/**
 * Undefined if there is nothing to be seen, or it is not known yet where. A preview looks at the time also if there is no slot for it,
 * but locks no more than its command would.
 */
export function lookFor(
  { sights, isHostTransaction }: EngineSettings,
  { command, isPreview = false }: Pick<Request, "command" | "isPreview">,
  known: { readonly seen: Seen; readonly hasSearched: boolean },
  context: Context,
): Look | undefined {
  const isSupposed = isPreview && !isHostTransaction;
  const place = sights && takenPlace(isSupposed ? { ...command, ifNoSlot: "schedule" } : command, known, context);
  if (place === undefined || sights === undefined) return undefined;
  const own = context.command.name === "extend" ? {} : sights.of(command.actor);
  return { place, arounds: aroundsOf(place, sights, own), needsZone: own.timeZone === true };
}

const nothing: SightWindow = { beforeMinutes: 0, afterMinutes: 0 };

/**
 * One for each provider's slot, and one for the subject. Where others may look and this actor's policies don't, only the
 * agenda's version is of interest.
 */
export function aroundsOf(
  { slotIds, time, subjectId, apart }: Omit<TakenPlace, "owned">,
  { ofAll }: Sights,
  own: Sight,
): readonly Around[] {
  const arounds: Around[] = [];
  if (ofAll.provider !== undefined) {
    const near = nearby(own.provider ?? nothing);
    for (const slotId of slotIds) arounds.push({ of: "provider", slotId, ...near.ofSlot });
    if (time !== undefined) arounds.push({ of: "provider", providerId: time.providerId, ...near.ofTime(time) });
  }
  if (ofAll.subject === undefined || subjectId === undefined) return arounds;
  const near = nearby(own.subject ?? nothing);
  if (time !== undefined) return [...arounds, { of: "subject", subjectId, ...near.ofTime(time) }];
  for (const slotId of apart ? slotIds : slotIds.slice(0, 1)) {
    arounds.push({ of: "subject", subjectId, slotId, ...near.ofSlot });
  }
  return arounds;
}

/** The window as the storage wants it: around a slot that only it knows, or around a known time. */
function nearby(window: SightWindow) {
  return {
    ofSlot: { beforeMs: window.beforeMinutes * 60_000, afterMs: window.afterMinutes * 60_000 },
    ofTime(time: TimeRange) {
      const { start, end } = withWindow(time, window);
      return { from: start, to: end };
    },
  };
}

/** What the answers tell: what lies around, and the versions of the agendas on which that rests. */
export interface LookedAround {
  readonly around: Survey;
  readonly agendas: readonly Agenda[];
}

export function lookedAround(
  arounds: readonly Around[],
  answers: readonly Surroundings[],
  { now }: Pick<Context, "now">,
  zones: Zones,
): LookedAround {
  const taken = eachOnce(answers.map(({ slots }) => slots));
  const appointments = eachOnce(answers.map((one) => one.appointments));
  const agendas = answers.flatMap(({ agenda }) => agenda ?? []);
  const isCut = (of: Around["of"]) => answers.some((one, index) => one.isCut && arounds[index]?.of === of);
  return {
    around: {
      neighbours: neighboursAmong(taken, now),
      ofSubject: appointments.flatMap((one) => countingAppointments(one, now)).sort(byStart),
      ...zones,
      isCut: { provider: isCut("provider"), subject: isCut("subject") },
    },
    agendas: [...new Map(agendas.map((agenda) => [agenda.id, agenda])).values()],
  };
}

/** Places near each other share some. Most commands have one place. */
function eachOnce<Item extends { readonly id: string }>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const [first = [], ...others] = lists.filter((list) => list.length > 0);
  return others.length === 0 ? first : [...new Map(lists.flat().map((one) => [one.id, one])).values()];
}

/** As they count now, in the order of their starts. */
export function neighboursAmong(taken: readonly TakenSlot[], now: Date): readonly Neighbour[] {
  return taken
    .filter(({ heldUntil }) => heldUntil === null || heldUntil > now)
    .map(neighbourOf)
    .sort(byStart);
}

export const byStart = (one: { readonly start: Date }, other: { readonly start: Date }): number =>
  one.start.getTime() - other.start.getTime();

const over: ReadonlySet<string> = new Set(["cancelled", "no_show", "declined"]);

/** None if it is over without having taken place, or waits for nobody any more. */
export function countingAppointments(one: SubjectAppointment, now: Date): readonly OfSubject[] {
  const { id: appointmentId, providerId, facilityId, start, end, status } = one;
  const counts = !over.has(status) && requestState(one, now) !== "expired";
  return counts ? [{ appointmentId, providerId, facilityId, start, end, status }] : [];
}

/** The slot that was found for the command. It may have changed since, so it is read again with what lies around it. */
export function foundAgain({ place }: Look, seen: Seen): readonly RecordKey[] {
  const [first] = place.slotIds;
  return seen.found.some(({ id }) => id === first) ? [slotKey(first as string)] : [];
}

export function isOvertaken(seen: Seen, loaded: readonly (StoredRecord | undefined)[]): boolean {
  return loaded.some(
    (record) =>
      record?.kind === "slot" && seen.found.some(({ id, version }) => id === record.id && version !== record.version),
  );
}

/**
 * The zones of the schedules of the slots, or of the time that is asked for, and of what is given up for it. The schedule
 * of a slot exists; where nobody has published anything yet, days are those of UTC.
 */
export async function zonesOfPlace(
  { zones, overlapScope }: EngineSettings,
  { slotIds, time, owned }: TakenPlace,
  seen: Seen,
  until: number,
): Promise<Zones> {
  const schedulesOf = (of: readonly string[]) => of.flatMap((id) => seen.slot(id)?.scheduleId ?? []);
  const ofTime = time === undefined ? [] : [scheduleIdIn(time, { overlapScope })];
  const ids = [...new Set([...ofTime, ...schedulesOf(slotIds), ...schedulesOf(owned)])];
  const [first] = ids;
  if (first === undefined) return noZones;
  const known = await zones.ofAll(ids, until);
  const zoneBy = (id: string) => known.get(id) ?? "UTC";
  return { timeZone: zoneBy(first), timeZones: Object.fromEntries(ids.map((id) => [id, zoneBy(id)])) };
}
