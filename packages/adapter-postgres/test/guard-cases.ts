import { type Guard, limits } from "@slotwright/core";
import { at } from "./records.ts";

export interface GuardCase {
  readonly guard: Guard;
  readonly title: string;
  readonly sql: string;
}

const ms = (minutes: number) => at(minutes).getTime();
const slotColumns =
  "id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, appointment_id, hold_token_hash, hold_expires_at, metadata, version, created_at, updated_at";
const insertSlot = (values: Partial<Record<string, string | number>>) => {
  const row: Record<string, string | number> = {
    id: "'new'",
    schedule_id: "'schedule-1'",
    provider_id: "'provider-1'",
    facility_id: "'facility-1'",
    seat: 0,
    start_at: ms(600),
    end_at: ms(630),
    status: "'available'",
    appointment_id: "null",
    hold_token_hash: "null",
    hold_expires_at: "null",
    metadata: "'{}'",
    version: 1,
    created_at: 0,
    updated_at: 0,
    ...values,
  };
  return `into slotwright_slots (${slotColumns}) values (${slotColumns.split(", ").map((name) => row[name])})`;
};
const journalColumns =
  "record_kind, record_id, version, command, command_id, actor_kind, actor_id, reason, at, from_status, to_status, changes";
const insertAppointment = (status: string, slotIds: string, minutes = 30, provider = "provider-1") =>
  `into slotwright_appointments values ('new', 's', '${provider}', 'facility-1', ${ms(minutes)}, ${ms(minutes + 30)}, '${status}', '${slotIds}', '{}', 1, 0, 0)`;
const appointment = "update slotwright_appointments set";
const slot = "update slotwright_slots set";
const booked = "appointment-of-slot-0";

/** slot-0 and slot-30 touch, slot-0 is booked, slot-90 is held, slot-15 is blocked and lies across the first two. */
export const guardCases: readonly GuardCase[] = [
  { guard: "known_status", title: "a slot of an unknown status", sql: `${slot} status = 'free' where id = 'slot-30'` },
  { guard: "known_status", title: "an appointment of an unknown status", sql: `${appointment} status = 'maybe'` },
  {
    guard: "valid_time_range",
    title: "a slot that ends as it starts",
    sql: `insert ${insertSlot({ end_at: ms(600) })}`,
  },
  {
    guard: "valid_time_range",
    title: "a slot longer than the limit",
    sql: `insert ${insertSlot({ end_at: ms(600) + limits.slotMs + 1 })}`,
  },
  {
    guard: "valid_time_range",
    title: "an appointment that ends before it starts",
    sql: `${appointment} end_at = start_at - 1`,
  },
  {
    guard: "booked_has_appointment",
    title: "a booked slot without an appointment",
    sql: `${slot} status = 'booked' where id = 'slot-30'`,
  },
  {
    guard: "booked_has_appointment",
    title: "a free slot with an appointment",
    sql: `${slot} status = 'available' where id = 'slot-0'`,
  },
  { guard: "held_has_hold", title: "a held slot without a hold", sql: `${slot} status = 'held' where id = 'slot-30'` },
  {
    guard: "held_has_hold",
    title: "a hold that never ends",
    sql: `${slot} hold_expires_at = null where id = 'slot-90'`,
  },
  { guard: "held_has_hold", title: "a hold on a free slot", sql: `${slot} hold_token_hash = 'x' where id = 'slot-30'` },
  {
    guard: "owner_has_slots",
    title: "a confirmed appointment without slots",
    sql: `insert ${insertAppointment("confirmed", "[]")}`,
  },
  {
    guard: "owner_has_slots",
    title: "a cancelled appointment that keeps its slots",
    sql: `${appointment} status = 'cancelled' where id = '${booked}'`,
  },
  {
    guard: "no_overlap",
    title: "a slot that starts within another",
    sql: `insert ${insertSlot({ start_at: ms(29), end_at: ms(30) })}`,
  },
  {
    guard: "no_overlap",
    title: "a slot that ends within another",
    sql: `insert ${insertSlot({ start_at: ms(80), end_at: ms(91) })}`,
  },
  {
    guard: "no_overlap",
    title: "a slot around others",
    sql: `insert ${insertSlot({ start_at: ms(-30), end_at: ms(500) })}`,
  },
  {
    guard: "no_overlap",
    title: "a slot equal to another",
    sql: `insert ${insertSlot({ start_at: ms(30), end_at: ms(60) })}`,
  },
  { guard: "no_overlap", title: "a slot moved onto another", sql: `${slot} end_at = end_at + 1 where id = 'slot-0'` },
  { guard: "no_overlap", title: "a slot moved to a taken seat", sql: `${slot} seat = 0 where id = 'seat-1'` },
  {
    guard: "no_overlap",
    title: "a blocked slot unblocked onto another",
    sql: `${slot} status = 'available' where id = 'slot-15'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a slot booked by an appointment that does not list it",
    sql: `${slot} status = 'booked', appointment_id = '${booked}' where id = 'slot-30'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a slot booked by an appointment that owns nothing",
    sql: `${slot} status = 'booked', appointment_id = 'asked' where id = 'slot-30'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a booked slot cut shorter",
    sql: `${slot} end_at = end_at - 1 where id = 'slot-0'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a booked slot that starts later",
    sql: `${slot} start_at = start_at + 1 where id = 'slot-0'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a booked slot given to another provider",
    sql: `${slot} provider_id = 'x' where id = 'slot-0'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a booked slot under another id",
    sql: `${slot} id = 'x' where id = 'slot-0'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a new booked slot that its appointment does not list",
    sql: `insert ${insertSlot({ status: "'booked'", appointment_id: `'${booked}'` })}`,
  },
  {
    guard: "appointment_fits_slot",
    title: "an appointment longer than its slot",
    sql: `${appointment} end_at = end_at + 1 where id = '${booked}'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "an appointment earlier than its slot",
    sql: `${appointment} start_at = start_at - 1 where id = '${booked}'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "an appointment moved to another facility",
    sql: `${appointment} facility_id = 'x' where id = '${booked}'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "an appointment with a slot that does not exist",
    sql: `${appointment} slot_ids = '["slot-0","gone"]' where id = '${booked}'`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a new appointment that does not lie within its slot",
    sql: `insert ${insertAppointment("confirmed", '["slot-30"]', 31)}`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a new appointment on a slot of another provider",
    sql: `insert ${insertAppointment("confirmed", '["slot-30"]', 30, "provider-2")}`,
  },
  {
    guard: "appointment_fits_slot",
    title: "a new appointment on a slot that another one has",
    sql: `insert ${insertAppointment("confirmed", '["slot-0"]', 0)}`,
  },
  {
    guard: "slot_has_appointment_row",
    title: "a slot booked by an appointment that does not exist",
    sql: `${slot} status = 'booked', appointment_id = 'gone' where id = 'slot-30'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "a booked slot set back to what it was when it was made",
    sql: `${slot} status = 'available', appointment_id = null, version = 1 where id = 'slot-0'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "a booked slot set to available by hand, its appointment forgotten",
    sql: `${slot} status = 'available', appointment_id = null where id = 'slot-0'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "a booked slot set to available by hand, with its version raised",
    sql: `${slot} status = 'available', appointment_id = null, version = version + 1 where id = 'slot-0'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "a cancelled appointment whose slot still has it",
    sql: `${appointment} status = 'cancelled', slot_ids = '[]' where id = '${booked}'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "an appointment that drops the slot that still has it",
    sql: `${appointment} slot_ids = '["slot-15"]', start_at = ${ms(15)}, end_at = ${ms(45)} where id = '${booked}'`,
  },
  {
    guard: "appointment_keeps_slots",
    title: "an appointment deleted from under its slot",
    sql: "delete from slotwright_appointments",
  },
  {
    guard: "appointment_keeps_slots",
    title: "a booked slot deleted",
    sql: "delete from slotwright_slots where id = 'slot-0'",
  },
  {
    guard: "journal_append_only",
    title: "a changed entry of the journal",
    sql: "update slotwright_journal set reason = 'x'",
  },
  {
    guard: "journal_append_only",
    title: "a deleted entry of the journal",
    sql: "delete from slotwright_journal where seq = 1",
  },
  { guard: "journal_append_only", title: "an emptied journal", sql: "truncate slotwright_journal" },
  {
    guard: "journal_once_per_version",
    title: "a second entry for one version",
    sql: `insert into slotwright_journal (${journalColumns}) select ${journalColumns} from slotwright_journal where seq = 1`,
  },
  { guard: "row_format", title: "a time that is no number", sql: `${slot} updated_at = 'now'` },
  { guard: "row_format", title: "metadata that is not JSON", sql: `${slot} metadata = 'x' where id = 'slot-30'` },
  { guard: "row_format", title: "metadata that is no object", sql: `${appointment} metadata = '[]'` },
  { guard: "row_format", title: "slot ids that are not JSON", sql: `${appointment} slot_ids = 'slot-0'` },
  { guard: "row_format", title: "slot ids that are no array", sql: `${appointment} slot_ids = '{}'` },
  { guard: "row_format", title: "a negative seat", sql: `${slot} seat = -1 where id = 'slot-30'` },
  { guard: "row_format", title: "a version below 1", sql: `${slot} version = 0 where id = 'slot-30'` },
  { guard: "row_format", title: "a missing value", sql: `${slot} provider_id = null where id = 'slot-30'` },
  {
    guard: "row_format",
    title: "a slot of a schedule that does not exist",
    sql: `insert ${insertSlot({ schedule_id: "'gone'" })}`,
  },
  {
    guard: "row_format",
    title: "a command's result that is not JSON",
    sql: "update slotwright_commands set result = 'x'",
  },
];

/** Each changes one row of the same tables. */
export const allowedStatements: readonly (readonly [title: string, sql: string])[] = [
  ["slots that touch", `insert ${insertSlot({ start_at: ms(60), end_at: ms(90) })}`],
  ["the same time on another seat", `insert ${insertSlot({ seat: 2, start_at: ms(0), end_at: ms(30) })}`],
  ["a blocked slot across others", `insert ${insertSlot({ status: "'blocked'", start_at: ms(0), end_at: ms(90) })}`],
  ["a longer slot around its appointment", `${slot} start_at = start_at - 60000 where id = 'slot-0'`],
  ["a shorter appointment within its slot", `${appointment} end_at = end_at - 60000 where id = '${booked}'`],
  ["a deleted free slot", "delete from slotwright_slots where id = 'slot-30'"],
];
