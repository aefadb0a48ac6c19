import type { Guard } from "@slotwright/core/adapter";
import { columnNames } from "../catalogue.ts";
import type { GuardCase } from "./guard-cases.ts";
import { bookedAppointmentId, ms } from "./guard-stage.ts";
import { intoAppointments, intoJournal, intoSlots, type SqlValues } from "./statements.ts";

/** How an engine replaces a row by one with the same key: one statement deletes and inserts. */
export interface Replacing {
  readonly verb: "replace" | "insert or replace";
  /** The guard that refuses to replace an appointment that has a slot. */
  readonly ofAppointment: Guard;
  /** Whether the journal numbers its entries, so that an entry can also be replaced by its number. */
  readonly numbersEntries: boolean;
  /** An unused place in the feed, as for the shared cases. */
  readonly place: SqlValues;
}

/** What the guards must refuse on an engine that can replace rows. */
export function replacingGuardCases({ verb, ofAppointment, numbersEntries, place }: Replacing): readonly GuardCase[] {
  const entry = numbersEntries
    ? intoJournal({ record_id: "'x'" }, ["seq", ...columnNames.journal])
    : intoJournal({ reason: "'x'", ...place });
  return [
    {
      guard: "no_overlap",
      title: "a slot that replaces itself on top of another",
      sql: `${verb} ${intoSlots({ id: "'slot-30'", start_at: ms(29), end_at: ms(60) })}`,
    },
    {
      guard: "appointment_keeps_slots",
      title: "a booked slot replaced by a free one",
      sql: `${verb} ${intoSlots({ id: "'slot-0'" })}`,
    },
    {
      guard: ofAppointment,
      title: "an appointment replaced",
      sql: `${verb} ${intoAppointments({ id: `'${bookedAppointmentId}'`, status: "'scheduled'" })}`,
    },
    {
      guard: "journal_append_only",
      title: `an entry of the journal replaced by its ${numbersEntries ? "number" : "record and version"}`,
      sql: `${verb} ${entry}`,
    },
  ];
}
