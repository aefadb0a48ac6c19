import type { Alternative, ErrorCode, Refusal } from "../errors/index.ts";
import type { WishedTime } from "../model/appointment-request.ts";
import { type Availability, availabilityIdOf } from "../model/availability.ts";
import type { CommandName } from "../model/journal.ts";
import { limits } from "../model/limits.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { contains, durationMs, type PlaceInTime, type TimeRange } from "../model/time-range.ts";
import type { Seen } from "../rules/decision.ts";
import { withdrawnWith } from "../rules/reschedule.ts";
import type { Survey } from "../rules/sight.ts";
import { type AlternativeOpening, openingsNear } from "./alternative-openings.ts";
import type { EngineSettings } from "./options.ts";
import { withSurvey, withZones } from "./sight/merged.ts";
import type { Beside, SurveyOf } from "./sight/survey.ts";

/** What another slot may help against. */
const helpedCodes: ReadonlySet<ErrorCode> = new Set([
  "slot_booked",
  "slot_held",
  "slot_blocked",
  "slot_withdrawn",
  "no_slot_available",
  "policy_violation",
]);

/** How many free slots before and after the wanted time are considered. */
const lookedAt = 200;

/** What a command says about the slots and the time it wants, and how many free slots a refusal should offer. */
export interface Wish {
  readonly appointmentId?: string;
  readonly slotId?: string | undefined;
  readonly alsoSlotIds?: readonly string[];
  readonly holdToken?: string | readonly string[] | undefined;
  readonly orSlotIds?: readonly string[];
  readonly providerId?: string | undefined;
  readonly facilityId?: string | undefined;
  readonly start?: Date | undefined;
  readonly end?: Date | undefined;
  readonly alternatives?: number;
}

/** A command that was refused, and what it was decided on. */
export interface Refused<W extends Wish> {
  readonly name: CommandName;
  readonly command: W;
  readonly seen: Seen;
  /** Whether another command would be agreed to, also by the host's authorization and policies. */
  readonly wouldAgree: (command: W, seen: Seen) => boolean;
  /** The slot that `accept` has chosen among those that were asked for, if it names none. */
  readonly chosen?: WishedTime | undefined;
  /** What the policies see around these slots. */
  readonly survey: (slots: readonly Slot[]) => Promise<SurveyOf>;
  /** What they see around further slots of the command, and of those that it gives up. */
  readonly surveyBeside: (beside: Beside) => Promise<Survey | undefined>;
  /** Whether the actor may see the slot in a list. */
  readonly isListed: (slot: Slot) => Promise<boolean>;
}

interface Wanted extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
  /** The slot that was not available. None if any slot would have done. */
  readonly takenId?: string;
}

/**
 * Adds the free slots nearest to the wanted time to the refusal of a taken one, if the command asks for them. The same
 * command would get these in place of the taken one.
 */
export async function withAlternatives<W extends Wish>(
  settings: EngineSettings,
  refusal: Refusal,
  refused: Refused<W>,
  until: number,
): Promise<Refusal> {
  const { alternatives: most = 0 } = refused.command;
  const wanted = most === 0 || !helpedCodes.has(refusal.refused) ? undefined : wantedBy(refusal, refused);
  if (wanted === undefined) return refusal;
  const distance = (slot: Slot) => Math.abs(slot.start.getTime() - wanted.start.getTime());
  const openings = await openingsFor(settings, wanted, refused, until);
  const all = [...(await freeAround(settings, wanted, until)), ...keptWishes(wanted, refused), ...openings.keys()];
  const free = all.sort((a, b) => distance(a) - distance(b));
  const surveyOf = await refused.survey(free);
  const { appointment, slot } = refused.seen;
  // Without a slot for it, the rule has not looked around what the command takes or gives up in any case.
  const around = refused.seen.around ?? (await refused.surveyBeside(besideOf(refused)));
  const about = { ...refused, seen: { ...refused.seen, around } };
  const seenAt = (opening: AlternativeOpening, at: Slot) => {
    return { ...opening.seen(withZones(around, surveyOf(at))), appointment, slot };
  };
  const willDo = async (slot: Slot) => {
    const opening = openings.get(slot);
    const isAgreed =
      opening === undefined
        ? isToBeHad(slot, wanted, about, surveyOf(slot))
        : refused.wouldAgree(
            { ...refused.command, holdToken: undefined, start: slot.start, end: slot.end },
            seenAt(opening, slot),
          );
    return isAgreed && refused.isListed(slot);
  };
  const alternatives = (await nearest(free, most, willDo)).map(asAlternative);
  return { ...refusal, details: { ...refusal.details, alternatives } } as Refusal;
}

function besideOf<W extends Wish>({ name, command, seen }: Refused<W>): Beside {
  const slotsOf = (ids: readonly string[] = []) => ids.flatMap((id) => seen.slot(id) ?? []);
  const moved = name === "reschedule" ? seen.appointment(command.appointmentId ?? "") : undefined;
  return { further: slotsOf(command.alsoSlotIds), given: slotsOf(moved?.slotIds) };
}

function wantedBy<W extends Wish>({ details }: Refusal, refused: Refused<W>): Wanted | undefined {
  const time = wantedTime(refused);
  if ("providerId" in details) return { ...(details as Wanted), ...time };
  // A policy says no to all of a command. The slot that it is about is the one that was named or found.
  const { command, seen } = refused;
  const slotId = "slotId" in details ? details.slotId : (command.slotId ?? seen.found[0]?.id ?? refused.chosen?.slotId);
  const slot = slotId === undefined ? undefined : seen.slot(slotId);
  return slot === undefined ? placeOf(refused) : { ...slot, ...time, takenId: slot.id };
}

/** The time that a booking without a slot names. What is moved stays at its provider and facility. */
function placeOf<W extends Wish>({ name, command, seen }: Refused<W>): PlaceInTime | undefined {
  const { appointmentId = "", start, end } = command;
  const { providerId, facilityId } = (name === "reschedule" && seen.appointment(appointmentId)) || command;
  return providerId && facilityId && start && end ? { providerId, facilityId, start, end } : undefined;
}

/** Computed openings, if it is a booking of a time, or a move to it. */
async function openingsFor<W extends Wish>(
  settings: EngineSettings,
  wanted: Wanted,
  { name, command, seen }: Refused<W>,
  until: number,
): Promise<ReadonlyMap<Slot, AlternativeOpening>> {
  if ((name !== "book" && name !== "reschedule") || command.slotId !== undefined) return new Map();
  const hours = await hoursFor(settings, wanted, { command, seen }, until);
  const moved = name === "reschedule" ? seen.appointment(command.appointmentId ?? "") : undefined;
  const given = moved === undefined ? [] : withdrawnWith(moved, seen);
  const openings = await openingsNear(settings, wanted, { hours, given }, until);
  return new Map(openings.map((opening) => [opening.slot, opening]));
}

/** The wanted time of the appointment. `accept` keeps that which was asked for; the others default to the slot's. */
function wantedTime<W extends Wish>({ name, command, seen, chosen }: Refused<W>): Partial<TimeRange> {
  const { appointmentId = "", slotId = "" } = command;
  const by = name === "accept" ? (chosen ?? seen.appointment(appointmentId)) : seen.slot(slotId);
  const [start, end] = [command.start ?? by?.start, command.end ?? by?.end];
  return { ...(start && { start }), ...(end && { end }) };
}

/** The other slots that were asked for, and are held for the appointment until it is accepted. */
function keptWishes<W extends Wish>({ takenId }: Wanted, { name, command, seen }: Refused<W>): readonly Slot[] {
  const asked = name === "accept" ? seen.appointment(command.appointmentId ?? "") : undefined;
  const others = asked?.request?.wishes.filter(({ slotId }) => slotId !== takenId) ?? [];
  return others.flatMap(({ slotId }) => seen.slot(slotId) ?? []).filter(({ status }) => status === "held");
}

/** Free slots of the same provider and facility, some before and some after the wanted start. */
async function freeAround(
  { storage, clock }: EngineSettings,
  { providerId, facilityId, start }: Wanted,
  until: number,
): Promise<readonly Slot[]> {
  const search: SlotSearch = { providerIds: [providerId], facilityId, statuses: ["available"] };
  const query = { ...search, asOf: clock.now(), displayOnly: true, limit: lookedAt };
  const from = new Date(start.getTime() - limits.slotMs);
  const to = new Date(start.getTime() + limits.slotMs);
  const after = await storage.findSlots({ ...query, startFrom: start, startBefore: to }, until);
  const before = await storage.findSlots({ ...query, startFrom: from, startBefore: start, descending: true }, until);
  return [...after, ...before];
}

/** The first slots that will do, one for each time: the seats of a group slot are interchangeable. */
async function nearest(
  free: readonly Slot[],
  most: number,
  willDo: (slot: Slot) => Promise<boolean>,
): Promise<readonly Slot[]> {
  const chosen = new Map<string, Slot>();
  for (const slot of free) {
    if (chosen.size === most) break;
    const time = `${slot.start.getTime()}-${slot.end.getTime()}`;
    if (!chosen.has(time) && (await willDo(slot))) chosen.set(time, slot);
  }
  return [...chosen.values()];
}

/**
 * Asks the rule, so that nothing is offered that it would refuse. A command without a time would agree to a slot of any
 * length, but its caller wanted as much time as the taken slot had.
 */
function isToBeHad<W extends Wish>(
  slot: Slot,
  wanted: Wanted,
  refused: Refused<W>,
  survey: Survey | undefined,
): boolean {
  const { seen, wouldAgree } = refused;
  if (durationMs(slot) < durationMs(wanted)) return false;
  const around = survey && withSurvey(seen.around, survey);
  const withSlot: Seen = { ...seen, around, slot: (id) => (id === slot.id ? slot : seen.slot(id)) };
  return wouldAgree(inPlaceOfTaken(slot, wanted, refused), withSlot);
}

/** As the rule has seen them. With a token, it has not looked. */
async function hoursFor<W extends Wish>(
  { storage }: EngineSettings,
  { providerId, facilityId }: Wanted,
  { command, seen }: Pick<Refused<W>, "command" | "seen">,
  until: number,
): Promise<Availability | undefined> {
  const id = availabilityIdOf(providerId, facilityId);
  if (command.holdToken === undefined) return seen.availability(id);
  const [record] = await storage.loadToShow([{ kind: "availability", id }], until);
  return record?.kind === "availability" ? record : undefined;
}

/** The same command for another slot. */
function inPlaceOfTaken<W extends Wish>(slot: Slot, wanted: Wanted, { name, command }: Refused<W>): W {
  const { alsoSlotIds = [], orSlotIds = [] } = command;
  const replaced = (ids: readonly string[]) => ids.map((id) => (id === wanted.takenId ? slot.id : id));
  if (alsoSlotIds.some((id) => id === wanted.takenId)) return { ...command, alsoSlotIds: replaced(alsoSlotIds) };
  if (orSlotIds.some((id) => id === wanted.takenId)) return { ...command, orSlotIds: replaced(orSlotIds) };
  const other = { ...command, alsoSlotIds, slotId: slot.id, ...timeOn(slot, wanted, command) };
  // The version in a booking, or a request, and the hold are about the taken slot, not about this one.
  const isOfSlot = name === "book" || name === "request";
  return { ...other, holdToken: undefined, ...(isOfSlot && { ifVersion: undefined }) };
}

/** A command keeps its own time if the slot contains it. Otherwise the time moves to the slot's start. */
function timeOn(slot: Slot, wanted: Wanted, { start, end }: Wish): Partial<TimeRange> {
  if ((start === undefined && end === undefined) || contains(slot, wanted)) return {};
  return { start: slot.start, end: new Date(slot.start.getTime() + durationMs(wanted)) };
}

function asAlternative({ id, version, start, end }: Slot): Alternative {
  return { slotId: version === 0 ? null : id, start, end };
}
