import { columnNames } from "../catalogue.ts";
import { bookedAppointmentId, ms } from "./guard-stage.ts";

/** SQL values by column. */
export type SqlValues = Readonly<Record<string, string | number>>;

const newSlot: SqlValues = {
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
};

/** `into … values …` for a slot far from the others, unless the values say otherwise. */
export function intoSlots(...rows: readonly SqlValues[]): string {
  const values = rows.map((row) => `(${Object.values({ ...newSlot, ...row }).join(", ")})`);
  return `into slotwright_slots (${Object.keys(newSlot).join(", ")}) values ${values.join(", ")}`;
}

/** `into … values …` for an appointment at the time of slot-30, unless the values say otherwise. */
export function intoAppointments(values: SqlValues): string {
  const row: SqlValues = {
    id: "'new'",
    subject_id: "'s'",
    provider_id: "'provider-1'",
    facility_id: "'facility-1'",
    start_at: ms(30),
    end_at: ms(60),
    status: "'confirmed'",
    slot_ids: "'[]'",
    metadata: "'{}'",
    version: 1,
    created_at: 0,
    updated_at: 0,
    ...values,
  };
  return `into slotwright_appointments (${Object.keys(row).join(", ")}) values (${Object.values(row).join(", ")})`;
}

/** Copies the only journal entry of slot-30, with some columns replaced, or added. */
export function intoJournal(
  changes: SqlValues,
  columns: readonly string[] = [...new Set([...columnNames.journal, ...Object.keys(changes)])],
): string {
  const values = columns.map((column) => changes[column] ?? column);
  return `into slotwright_journal (${columns.join(", ")})
    select ${values.join(", ")} from slotwright_journal where record_id = 'slot-30'`;
}

export const setSlot = (id: string, assignments: string): string =>
  `update slotwright_slots set ${assignments} where id = '${id}'`;

export const setBookedAppointment = (assignments: string): string =>
  `update slotwright_appointments set ${assignments} where id = '${bookedAppointmentId}'`;
