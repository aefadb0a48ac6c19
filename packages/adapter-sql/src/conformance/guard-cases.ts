import { type Guard, limits } from "@slotwright/core/adapter";
import { bookedAppointmentId, ms } from "./guard-stage.ts";
import {
  intoAppointments,
  intoJournal,
  intoSlots,
  type SqlValues,
  setBookedAppointment,
  setSlot,
} from "./statements.ts";

/** A statement typed by hand, on the tables of `guardStage`, and the guard that must refuse it. */
export interface GuardCase {
  readonly guard: Guard;
  readonly title: string;
  readonly sql: string;
}

type TitledStatement = readonly [title: string, sql: string];

// As a record, the compiler finds a guard of the contract that has no case here.
const statementsFor = (
  place: SqlValues,
): Readonly<Record<Guard, readonly [TitledStatement, ...TitledStatement[]]>> => ({
  known_status: [
    ["a slot of an unknown status", setSlot("slot-30", "status = 'free'")],
    ["an appointment of an unknown status", "update slotwright_appointments set status = 'maybe'"],
  ],
  valid_time_range: [
    ["a slot that ends as it starts", `insert ${intoSlots({ end_at: ms(600) })}`],
    ["a slot longer than the limit", `insert ${intoSlots({ end_at: ms(600) + limits.slotMs + 1 })}`],
    ["an appointment that ends before it starts", "update slotwright_appointments set end_at = start_at - 1"],
  ],
  booked_has_appointment: [
    ["a booked slot without an appointment", setSlot("slot-30", "status = 'booked'")],
    ["a free slot with an appointment", setSlot("slot-0", "status = 'available'")],
  ],
  held_has_hold: [
    ["a held slot without a hold", setSlot("slot-30", "status = 'held'")],
    ["a hold that never ends", setSlot("slot-90", "hold_expires_at = null")],
    ["a hold on a free slot", setSlot("slot-30", "hold_token_hash = 'x'")],
    ["a holder of a free slot", setSlot("slot-30", "hold_holder_id = 'x'")],
  ],
  owner_has_slots: [
    ["a confirmed appointment without slots", `insert ${intoAppointments({})}`],
    ["a cancelled appointment that keeps its slots", setBookedAppointment("status = 'cancelled'")],
  ],
  no_overlap: [
    ["a slot that starts within another", `insert ${intoSlots({ start_at: ms(29), end_at: ms(30) })}`],
    ["a slot that ends within another", `insert ${intoSlots({ start_at: ms(80), end_at: ms(91) })}`],
    ["a slot around others", `insert ${intoSlots({ start_at: ms(-30), end_at: ms(500) })}`],
    ["a slot equal to another", `insert ${intoSlots({ start_at: ms(30), end_at: ms(60) })}`],
    ["a slot of a later version on another", `insert ${intoSlots({ version: 2, start_at: ms(29), end_at: ms(30) })}`],
    ["a slot moved onto another", setSlot("slot-0", "end_at = end_at + 1")],
    ["a slot moved to a taken seat", setSlot("seat-1", "seat = 0")],
    ["a blocked slot unblocked onto another", setSlot("slot-15", "status = 'available'")],
  ],
  appointment_fits_slot: [
    [
      "a slot booked by an appointment that does not list it",
      setSlot("slot-30", `status = 'booked', appointment_id = '${bookedAppointmentId}'`),
    ],
    [
      "a slot booked by an appointment that owns nothing",
      setSlot("slot-30", "status = 'booked', appointment_id = 'asked'"),
    ],
    ["a booked slot cut shorter", setSlot("slot-0", "end_at = end_at - 1")],
    ["a booked slot that starts later", setSlot("slot-0", "start_at = start_at + 1")],
    ["a booked slot given to another provider", setSlot("slot-0", "provider_id = 'x'")],
    ["a booked slot under another id", setSlot("slot-0", "id = 'x'")],
    [
      "a new booked slot that its appointment does not list",
      `insert ${intoSlots({ status: "'booked'", appointment_id: `'${bookedAppointmentId}'` })}`,
    ],
    ["an appointment longer than its slot", setBookedAppointment("end_at = end_at + 1")],
    ["an appointment earlier than its slot", setBookedAppointment("start_at = start_at - 1")],
    ["an appointment moved to another facility", setBookedAppointment("facility_id = 'x'")],
    ["an appointment with a slot that does not exist", setBookedAppointment(`slot_ids = '["slot-0","gone"]'`)],
    [
      "a new appointment that does not lie within its slot",
      `insert ${intoAppointments({ slot_ids: "'[\"slot-30\"]'", start_at: ms(31), end_at: ms(61) })}`,
    ],
    [
      "a new appointment on a slot of another provider",
      `insert ${intoAppointments({ slot_ids: "'[\"slot-30\"]'", provider_id: "'provider-2'" })}`,
    ],
    [
      "a new appointment on a slot that another one has",
      `insert ${intoAppointments({ slot_ids: "'[\"slot-0\"]'", start_at: ms(0), end_at: ms(30) })}`,
    ],
  ],
  slot_has_appointment_row: [
    [
      "a slot booked by an appointment that does not exist",
      setSlot("slot-30", "status = 'booked', appointment_id = 'gone'"),
    ],
    [
      "a new slot booked by an appointment that does not exist",
      `insert ${intoSlots({ status: "'booked'", appointment_id: "'gone'" })}`,
    ],
  ],
  appointment_keeps_slots: [
    [
      "a booked slot set back to what it was when it was made",
      setSlot("slot-0", "status = 'available', appointment_id = null, version = 1"),
    ],
    [
      "a booked slot set to available by hand, its appointment forgotten",
      setSlot("slot-0", "status = 'available', appointment_id = null"),
    ],
    [
      "a booked slot set to available by hand, with its version raised",
      setSlot("slot-0", "status = 'available', appointment_id = null, version = version + 1"),
    ],
    ["a cancelled appointment whose slot still has it", setBookedAppointment("status = 'cancelled', slot_ids = '[]'")],
    [
      "an appointment that drops the slot that still has it",
      setBookedAppointment(`slot_ids = '["slot-15"]', start_at = ${ms(15)}, end_at = ${ms(45)}`),
    ],
    ["an appointment deleted from under its slot", "delete from slotwright_appointments"],
    ["a booked slot deleted", "delete from slotwright_slots where id = 'slot-0'"],
  ],
  journal_append_only: [
    ["a changed entry of the journal", "update slotwright_journal set reason = 'x'"],
    ["a deleted entry of the journal", "delete from slotwright_journal where record_id = 'slot-30'"],
  ],
  journal_once_per_version: [["a second entry for one version", `insert ${intoJournal({ reason: "'x'", ...place })}`]],
  row_format: [
    ["a time that is no number", "update slotwright_slots set updated_at = 'now'"],
    ["metadata that is not JSON", setSlot("slot-30", "metadata = 'x'")],
    ["metadata that is no object", "update slotwright_appointments set metadata = '[]'"],
    ["slot ids that are not JSON", "update slotwright_appointments set slot_ids = 'slot-0'"],
    ["slot ids that are no array", "update slotwright_appointments set slot_ids = '{}'"],
    ["a negative seat", setSlot("slot-30", "seat = -1")],
    ["a version below 1", setSlot("slot-30", "version = 0")],
    ["a missing value", setSlot("slot-30", "provider_id = null")],
    ["a slot of a schedule that does not exist", `insert ${intoSlots({ schedule_id: "'gone'" })}`],
    ["a command's result that is not JSON", "update slotwright_commands set result = 'x'"],
  ],
});

const casesOf = ([guard, tried]: [string, readonly TitledStatement[]]): readonly GuardCase[] =>
  tried.map(([title, sql]) => ({ guard: guard as Guard, title, sql }));

/**
 * The cases that the guards of every SQL engine refuse.
 * @param place An unused place in the feed: values of the columns in which the engine numbers the entries.
 */
export function sharedGuardCases(place: SqlValues): readonly GuardCase[] {
  return Object.entries(statementsFor(place)).flatMap(casesOf);
}

/** Statements that the guards must allow. Each changes one row of `guardStage`. */
export const allowedStatements: readonly TitledStatement[] = [
  ["slots that touch", `insert ${intoSlots({ start_at: ms(60), end_at: ms(90) })}`],
  ["the same time on another seat", `insert ${intoSlots({ seat: 2, start_at: ms(0), end_at: ms(30) })}`],
  ["a withdrawn slot across others", `insert ${intoSlots({ status: "'withdrawn'", start_at: ms(0), end_at: ms(90) })}`],
  ["a blocked slot across others", `insert ${intoSlots({ status: "'blocked'", start_at: ms(0), end_at: ms(90) })}`],
  ["a longer slot around its appointment", setSlot("slot-0", "start_at = start_at - 60000")],
  ["a shorter appointment within its slot", setBookedAppointment("end_at = end_at - 60000")],
  ["a deleted free slot", "delete from slotwright_slots where id = 'slot-30'"],
];
