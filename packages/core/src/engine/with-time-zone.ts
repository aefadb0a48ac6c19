import type { ErrorCode, Refusal } from "../errors/index.ts";
import { scheduleIdIn } from "../model/schedule.ts";
import type { Refused, Wish } from "./alternatives.ts";
import type { EngineSettings } from "./options.ts";

/** The codes whose text for people has a time. */
const timed: ReadonlySet<ErrorCode> = new Set([
  "slot_held",
  "slot_overlap",
  "time_mismatch",
  "no_slot_available",
  "hold_expired",
  "hold_not_owned",
  "request_expired",
  "offer_expired",
]);

/** Whether a screen would show times of the schedule. Other refusals must not cost a read. */
export function showsTimes({ refused, details }: Refusal): boolean {
  return timed.has(refused) || "alternatives" in details;
}

/** Adds the zone of the schedule that the refusal is about, if there is such a schedule. */
export async function withTimeZone(
  settings: EngineSettings,
  refusal: Refusal,
  refused: RefusedCommand,
  until: number,
): Promise<Refusal> {
  const timeZone = await zoneOf(settings, refusal, refused, until);
  return timeZone === undefined ? refusal : ({ ...refusal, details: { ...refusal.details, timeZone } } as Refusal);
}

interface RefusedCommand extends Pick<Refused<Wish>, "name" | "seen"> {
  readonly command: Wish | Named;
}

/** What commands and details say of the schedule. */
interface Named {
  readonly slotId?: string | undefined;
  readonly appointmentId?: string | undefined;
  readonly providerId?: string | undefined;
  readonly facilityId?: string | undefined;
  readonly timeZone?: string;
}

async function zoneOf(
  { zones, overlapScope }: EngineSettings,
  { details }: Refusal,
  { name, command, seen }: RefusedCommand,
  until: number,
): Promise<string | undefined> {
  const named: Named = { ...command, ...details };
  const appointment = named.appointmentId === undefined ? undefined : seen.appointment(named.appointmentId);
  const { providerId = appointment?.providerId, facilityId = appointment?.facilityId } = named;
  const slot = named.slotId === undefined ? undefined : seen.slot(named.slotId);
  const isPlace = providerId !== undefined && facilityId !== undefined;
  const ofPlace = isPlace ? scheduleIdIn({ providerId, facilityId }, { overlapScope }) : undefined;
  const scheduleId = slot?.scheduleId ?? ofPlace;
  if (scheduleId === undefined) return undefined;
  const zone = seen.schedule(scheduleId)?.timeZone;
  // The schedule was asked for already. If it does not exist, the slots would have made it.
  if (name === "createSlots") return zone ?? named.timeZone;
  return zone ?? zones.of(scheduleId, until);
}
