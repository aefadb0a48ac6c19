import type { Appointment } from "./appointment.ts";
import type { Slot } from "./slot.ts";

/**
 * What commands meet on whose decisions rest on the same provider's or subject's time, or the same holder's holds: a version, and nothing else. A
 * command that looked at it puts it, so that of two such commands only one commits. It exists from the first such
 * command on, and version 0 means that there is none yet. It has no journal, and no list shows it.
 */
export interface Agenda {
  readonly kind: "agenda";
  /** As `agendaIdOf` makes it. */
  readonly id: string;
  readonly version: number;
}

/** Whose time it is. */
export type AgendaOwner = "provider" | "subject";

/** The id of somebody's agenda. A provider, a subject and a holder may have the same id. */
export function agendaIdOf(of: AgendaOwner | "holder", id: string): string {
  return `${of}:${id}`;
}

/** The longest prefix that `agendaIdOf` puts before an id. */
export const agendaPrefixLength = "provider:".length;

/** A slot that is booked or held, expired holds included, as far as policies look at it. */
export interface TakenSlot extends Pick<Slot, "id" | "scheduleId" | "providerId" | "facilityId" | "start" | "end"> {
  /** Null if it is held. */
  readonly appointmentId: string | null;
  /** Exclusive: the hold is over at this instant. Null if it is booked. */
  readonly heldUntil: Date | null;
}

/** An appointment of a subject, expired requests included, as far as policies look at it. */
export type SubjectAppointment = Pick<
  Appointment,
  "id" | "providerId" | "facilityId" | "start" | "end" | "status" | "request"
>;

export function takenSlotOf(slot: Slot): TakenSlot {
  const { id, scheduleId, providerId, facilityId, start, end, appointmentId, hold } = slot;
  const heldUntil = hold === null ? null : hold.expiresAt;
  return { id, scheduleId, providerId, facilityId, start, end, appointmentId, heldUntil };
}

export function subjectAppointmentOf(appointment: Appointment): SubjectAppointment {
  const { id, providerId, facilityId, start, end, status, request } = appointment;
  return { id, providerId, facilityId, start, end, status, request };
}
