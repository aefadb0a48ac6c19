import { BookingError } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { JournalEntry } from "../model/journal.ts";
import { historySchema, listAppointmentsSchema, listSlotsSchema } from "../model/queries.ts";
import type { HistoryInput, ListAppointmentsInput, ListSlotsInput } from "../model/read-inputs.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { idSchema } from "../model/values.ts";
import { appointmentKey, slotKey } from "../rules/find.ts";
import { refuseForRange } from "../rules/time.ts";
import type { EngineSettings } from "./options.ts";
import { type Page, pageOf, parsePosition, parseVersion, positionCursor, versionCursor } from "./page.ts";
import { isObject, parse } from "./parse.ts";
import { retryReads } from "./retry.ts";

/** @throws BookingError `slot_not_found` */
export async function getSlot(settings: EngineSettings, slotId: unknown): Promise<Slot> {
  const id = parse(idSchema, slotId);
  const [slot] = await retryReads(settings, (until) => settings.storage.load([slotKey(id)], until));
  if (slot === undefined) throw new BookingError("slot_not_found", { slotId: id });
  return slotAsOf(slot as Slot, settings.clock.now());
}

/** @throws BookingError `appointment_not_found` */
export async function getAppointment(settings: EngineSettings, appointmentId: unknown): Promise<Appointment> {
  const id = parse(idSchema, appointmentId);
  const [appointment] = await retryReads(settings, (until) => settings.storage.load([appointmentKey(id)], until));
  if (appointment === undefined) throw new BookingError("appointment_not_found", { appointmentId: id });
  return appointment as Appointment;
}

export async function listSlots(settings: EngineSettings, input: ListSlotsInput): Promise<Page<Slot>> {
  const { newestFirst: descending, limit, from, to, cursor, ...search } = parse(listSlotsSchema, input);
  const asOf = settings.clock.now();
  const order = { descending, limit: limit + 1 };
  const query = { ...defined(search), ...windowOf("slots", from, to, cursor, descending), asOf, ...order };
  const slots = await retryReads(settings, (until) => settings.storage.findSlots(query, until));
  const page = pageOf(slots, limit, (last) => positionCursor("slots", last, descending));
  return { ...page, items: page.items.map((slot) => slotAsOf(slot, asOf)) };
}

export async function listAppointments(
  settings: EngineSettings,
  input: ListAppointmentsInput,
): Promise<Page<Appointment>> {
  const { newestFirst: descending, limit, from, to, cursor, ...search } = parse(listAppointmentsSchema, input);
  const order = { descending, limit: limit + 1 };
  const query = { ...defined(search), ...windowOf("appointments", from, to, cursor, descending), ...order };
  const appointments = await retryReads(settings, (until) => settings.storage.findAppointments(query, until));
  return pageOf(appointments, limit, (last) => positionCursor("appointments", last, descending));
}

/** A record that was never stored has an empty page as its history. Deleted rows keep theirs. */
export async function history(settings: EngineSettings, input: HistoryInput): Promise<Page<JournalEntry>> {
  const { cursor, limit, newestFirst: descending, ...record } = parse(historySchemaFor(input), input);
  const query = {
    record: "slotId" in record ? slotKey(record.slotId) : appointmentKey(record.appointmentId),
    ...defined({ afterVersion: parseVersion(cursor, descending) }),
    descending,
    limit: limit + 1,
  };
  const entries = await retryReads(settings, (until) => settings.storage.readJournal(query, until));
  return pageOf(entries, limit, ({ version }) => versionCursor(version, descending));
}

/**
 * Choosing the schema first gives errors about the one that was meant.
 * @throws BookingError `invalid_input` if both are
 */
function historySchemaFor(input: unknown) {
  const [ofSlot, ofAppointment] = historySchema.options;
  if (!isObject(input) || input.appointmentId === undefined) return ofSlot;
  if (input.slotId === undefined) return ofAppointment;
  const message = "it must name a slotId or an appointmentId, not both";
  throw new BookingError("invalid_input", { issues: [{ path: "", code: "conflicting_fields", message }] });
}

/** @throws BookingError `invalid_time_range`, or `invalid_input` about the cursor */
function windowOf(
  list: "slots" | "appointments",
  from: Date | undefined,
  to: Date | undefined,
  cursor: string | null | undefined,
  descending: boolean,
) {
  if (from !== undefined && to !== undefined && from > to) {
    const { refused, details } = refuseForRange("ends_before_start", { start: from, end: to });
    throw new BookingError(refused, details);
  }
  return defined({ startFrom: from, startBefore: to, after: parsePosition(list, cursor, descending) });
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out undefined fields: a query's conditions are either given or left out. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
