import { BookingError } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { type RequestState, requestState } from "../model/appointment-request.ts";
import type { Availability } from "../model/availability.ts";
import { getAvailabilitySchema, getScheduleSchema, listAppointmentsSchema, listSlotsSchema } from "../model/queries.ts";
import type {
  GetAvailabilityInput,
  GetScheduleInput,
  ListAppointmentsInput,
  ListSlotsInput,
} from "../model/read-inputs.ts";
import { type Schedule, scheduleIdOf } from "../model/schedule.ts";
import type { Shown } from "../model/shown.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { idSchema } from "../model/values.ts";
import { appointmentKey, slotKey } from "../rules/find.ts";
import { availabilityKey } from "../rules/set-availability.ts";
import { refuseForRange } from "../rules/time.ts";
import type { Position } from "../storage/adapter.ts";
import { type Cursors, positionCursors } from "./cursors.ts";
import { defined } from "./defined.ts";
import { listed } from "./listed.ts";
import type { EngineSettings } from "./options.ts";
import type { Page } from "./page.ts";
import { parse } from "./parse.ts";
import { retryReads } from "./retry.ts";
import { showInList, shownTo } from "./visible.ts";
import { type List, visiblePage } from "./visible-page.ts";

/** @throws BookingError `schedule_not_found` */
export async function getSchedule(settings: EngineSettings, input: GetScheduleInput): Promise<Schedule> {
  const { overlapScope, storage } = settings;
  const { providerId, facilityId } = parse(getScheduleSchema, input);
  if (overlapScope === "facility" && facilityId === undefined) throw facilityMissing();
  const wanted = { providerId, ...(overlapScope === "facility" && facilityId !== undefined && { facilityId }) };
  const key = { kind: "schedule", id: scheduleIdOf(providerId, wanted.facilityId ?? null) } as const;
  const [schedule] = await retryReads(settings, (until) => storage.loadToShow([key], until));
  if (schedule === undefined) throw new BookingError("schedule_not_found", wanted);
  return schedule as Schedule;
}

function facilityMissing(): BookingError {
  const message = "is missing: a schedule is a provider at one facility";
  return new BookingError("invalid_input", { issues: [{ path: "facilityId", code: "required", message }] });
}

/** @throws BookingError `availability_not_found` */
export async function getAvailability(settings: EngineSettings, input: GetAvailabilityInput): Promise<Availability> {
  const place = parse(getAvailabilitySchema, input);
  const key = availabilityKey(place);
  const [availability] = await retryReads(settings, (until) => settings.storage.load([key], until));
  const shown = await shownTo(settings, availability as Availability | undefined, settings.clock.now());
  if (shown === undefined) throw new BookingError("availability_not_found", place);
  return shown;
}

/** @throws BookingError `slot_not_found` */
export async function getSlot(settings: EngineSettings, slotId: unknown): Promise<Shown<Slot>> {
  const id = parse(idSchema, slotId);
  const [slot] = await retryReads(settings, (until) => settings.storage.load([slotKey(id)], until));
  const now = settings.clock.now();
  const shown = await shownTo(settings, slot && slotAsOf(slot as Slot, now), now);
  if (shown === undefined) throw new BookingError("slot_not_found", { slotId: id });
  return shown;
}

/** @throws BookingError `appointment_not_found` */
export async function getAppointment(settings: EngineSettings, appointmentId: unknown): Promise<Shown<Appointment>> {
  const id = parse(idSchema, appointmentId);
  const [appointment] = await retryReads(settings, (until) => settings.storage.load([appointmentKey(id)], until));
  const shown = await shownTo(settings, appointment as Appointment | undefined, settings.clock.now());
  if (shown === undefined) throw new BookingError("appointment_not_found", { appointmentId: id });
  return shown;
}

export async function listSlots(settings: EngineSettings, input: ListSlotsInput): Promise<Page<Shown<Slot>>> {
  const { newestFirst: descending, limit, from, to, cursor, ...given } = parse(listSlotsSchema, input);
  const asOf = settings.clock.now();
  const search = defined(given.holderId === undefined ? given : { ...given, statuses: ["held"] as const });
  const { actor } = settings;
  const cursors = positionCursors({ name: "slots", actor, descending, filters: { ...given, from, to } });
  const query = { ...search, ...windowOf(from, to, cursors, cursor), asOf, descending };
  const list: List<Slot> = {
    limit,
    async read(last, limit) {
      const page = { ...query, ...afterItem(last), limit };
      const slots = await retryReads(settings, (until) => listed(page, (of) => settings.storage.findSlots(of, until)));
      return slots.map((slot) => slotAsOf(slot, asOf));
    },
    cursorOf: cursors.write,
  };
  return visiblePage(list, showInList<Slot>(settings, search, asOf));
}

export async function listAppointments(
  settings: EngineSettings,
  input: ListAppointmentsInput,
): Promise<Page<Shown<Appointment>>> {
  const parsed = parse(listAppointmentsSchema, input);
  const { newestFirst: descending, limit, from, to, cursor, requestStates, ...given } = parsed;
  const search = defined(requestStates === undefined ? given : { ...given, statuses: ["scheduled"] as const });
  const { actor } = settings;
  const filters = { ...given, from, to, requestStates };
  const cursors = positionCursors({ name: "appointments", actor, descending, filters });
  const query = { ...search, ...windowOf(from, to, cursors, cursor), descending };
  const list: List<Appointment> = {
    limit,
    async read(last, limit) {
      const page = { ...query, ...afterItem(last), limit };
      return retryReads(settings, (until) => settings.storage.findAppointments(page, until));
    },
    cursorOf: cursors.write,
  };
  const now = settings.clock.now();
  const show = showInList<Appointment>(settings, search, now);
  return visiblePage(list, requestStates === undefined ? show : showWaiting(requestStates, now, show));
}

type Show = (appointment: Appointment) => Promise<Shown<Appointment> | undefined>;

/** What an appointment counts as, no storage can tell: it goes by the clock, and by its document. */
function showWaiting(
  states: readonly RequestState[],
  now: Date,
  show: Show = async (appointment) => appointment,
): Show {
  return async (appointment) => (states.includes(requestState(appointment, now)) ? show(appointment) : undefined);
}

export const afterItem = (last: Position | undefined) => last && { after: { start: last.start, id: last.id } };

/** @throws BookingError `invalid_time_range`, or `invalid_input` about the cursor */
export function windowOf(
  from: Date | undefined,
  to: Date | undefined,
  cursors: Cursors<Position>,
  cursor: string | null | undefined,
) {
  if (from !== undefined && to !== undefined && from > to) {
    const { refused, details } = refuseForRange("ends_before_start", { start: from, end: to });
    throw new BookingError(refused, details);
  }
  return defined({ startFrom: from, startBefore: to, after: cursors.read(cursor) });
}
