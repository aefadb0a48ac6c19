import { BookingError } from "../../errors/index.ts";
import { explainSchema } from "../../model/queries.ts";
import type { ExplainInput } from "../../model/read-inputs.ts";
import { scheduleIdIn } from "../../model/schedule.ts";
import type { Shown } from "../../model/shown.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import type { PlaceInTime } from "../../model/time-range.ts";
import type { HoursVerdict } from "../../rules/hours/verdict.ts";
import type { EngineSettings } from "../options.ts";
import { ownHoldsIn } from "../own-holds.ts";
import { isObject, meansField, parse } from "../parse.ts";
import type { PreviewReason } from "../preview/preview.ts";
import { retryReads } from "../retry.ts";
import { bookerFor } from "../sight/booking.ts";
import { slotsContaining } from "../slots-at-time.ts";
import { shownTo } from "../visible.ts";
import { readOnce, slotsAcross } from "./across.ts";
import type { Asking } from "./asking.ts";
import { type Blocked, type BusyFrom, busyBehind } from "./busy-behind.ts";
import { hoursAt, reasonsAgainstOpening } from "./opening.ts";
import { type Explained, reasonsAgainstEach } from "./reasons-against-each.ts";
import { reasonsWithoutSlot, refuseTime, slotWithId } from "./wanted-slots.ts";

/** Why something is on offer, or why not. */
export interface Explanation<ShownSlot = Slot> {
  /**
   * Whether `findOpen` offers it, or `findTimes` if it is a computed opening, with the same `subjectId` and holds, and it
   * can be booked at this instant.
   */
  readonly onOffer: boolean;
  /** All that speaks against it, as a preview has it. Empty if it is on offer. */
  readonly reasons: readonly PreviewReason[];
  /**
   * The slot that is explained, as it counts now. Of a time it is the one that is on offer (one that the caller
   * holds comes first), or else the one with the fewest reasons against it. Null if no slot contains the time, as with a
   * computed opening, and if the actor may not see the slot.
   */
  readonly slot: ShownSlot | null;
  /**
   * Of a time, what the hours of its place say: `"offered"`, if they offer exactly this time; `"grid"`, if it lies in a window,
   * and not where openings of its length begin; `"exception"`, if an exception has its date or its time;
   * `"weekly"`, if the hours of the week do not. What is taken or blocked is among the reasons. Null of a slot, and if there
   * are no hours that the actor may see.
   */
  readonly hours: HoursVerdict | null;
  /**
   * The busy times that block it, which `importBusy` took from other calendars, in the order of their starts: ten at most. Of
   * a slot, they are those that it was blocked for. Empty if nothing of the kind blocks it, and without those of which the actor
   * may not see the slot or its metadata.
   */
  readonly busy: readonly BusyFrom[];
}

/** @throws BookingError `slot_not_found`, `invalid_time_range` */
export async function explain(settings: EngineSettings, input: ExplainInput): Promise<Explanation<Shown<Slot>>> {
  const { subjectId, holdTokens, holderId, ...wanted } = parse(schemaFor(input), input);
  const booker = bookerFor(settings, subjectId, "explain");
  const own = ownHoldsIn({ holdTokens, holderId });
  if (!("slotId" in wanted)) refuseTime(wanted);
  return retryReads(settings, (until) => {
    const asking = { settings, booker, own, now: settings.clock.now(), until };
    return "slotId" in wanted ? explainSlot(asking, wanted.slotId) : explainTime(asking, wanted);
  });
}

/** Choosing the schema first gives errors about the one that was meant. */
function schemaFor(input: unknown) {
  const [ofSlot, ofTime] = explainSchema.options;
  const isOfTime = isObject(input) && !meansField(input, "slotId") && Object.keys(input).length > 0;
  return isOfTime ? ofTime : ofSlot;
}

async function explainSlot(asking: Asking, slotId: string): Promise<Explanation<Shown<Slot>>> {
  const [explained] = await reasonsAgainstEach(asking, await slotWithId(asking, slotId));
  if (explained === undefined) throw new BookingError("slot_not_found", { slotId });
  return shown(asking, explained);
}

async function explainTime(asking: Asking, time: PlaceInTime): Promise<Explanation<Shown<Slot>>> {
  const explained = await reasonsAgainstEach(asking, await slotsContaining(asking, time), time);
  const [best] = [...explained].sort(
    (one, other) => one.reasons.length - other.reasons.length || Number(other.isOwn) - Number(one.isOwn),
  );
  const { hours, verdict } = await hoursAt(asking, time);
  if (best?.reasons.length === 0) return { ...(await shown(asking, best)), hours: verdict };
  const place = { ...time, scheduleId: scheduleIdIn(time, asking.settings) };
  const across = readOnce(() => slotsAcross(asking, place));
  const ofOpening = await reasonsAgainstOpening(asking, time, hours, across);
  if (ofOpening === undefined && best !== undefined) return { ...(await shown(asking, best)), hours: verdict };
  const reasons = ofOpening ?? (await reasonsWithoutSlot(asking, time, await across()));
  const busy = await busyAmong(asking, reasons, place, across);
  return { onOffer: reasons.length === 0, reasons, slot: null, hours: verdict, busy };
}

async function shown(asking: Asking, { slot, reasons }: Explained): Promise<Explanation<Shown<Slot>>> {
  const { settings, now } = asking;
  const visible = await shownTo(settings, slotAsOf(slot, now), now);
  const busy = await busyAmong(asking, reasons, slot, () => slotsAcross(asking, slot, ["blocked"]));
  return { onOffer: reasons.length === 0, reasons, slot: visible ?? null, hours: null, busy };
}

/** It is looked for where something is blocked, so that everything else costs no further read. */
async function busyAmong(
  asking: Asking,
  reasons: readonly PreviewReason[],
  blocked: Blocked,
  across: () => Promise<readonly Slot[]>,
): Promise<readonly BusyFrom[]> {
  const isBlocked = reasons.some(({ error }) => error.code === "slot_blocked");
  return isBlocked ? busyBehind(asking, blocked, await across()) : [];
}
