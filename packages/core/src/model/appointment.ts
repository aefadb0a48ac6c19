import type { AppointmentRequest } from "./appointment-request.ts";
import { fieldNamesOf } from "./field-names.ts";
import type { Metadata } from "./values.ts";

export const appointmentStatuses = [
  "scheduled",
  "confirmed",
  "checked_in",
  "completed",
  "cancelled",
  "no_show",
  "declined",
] as const;
export type AppointmentStatus = (typeof appointmentStatuses)[number];

/** The states in which an appointment owns its slots. In the others it owns none. */
export const owningStatuses: readonly AppointmentStatus[] = ["confirmed", "checked_in", "completed"];

/** The agreement that a subject meets a provider at a facility, from `start` to `end`. */
export interface Appointment {
  readonly kind: "appointment";
  readonly id: string;
  readonly subjectId: string;
  /** The provider of the slot it was booked on, or the provider that was asked for. */
  readonly providerId: string;
  /**
   * All its providers, including those of its further slots: each once, `providerId` first. It keeps them when it ends.
   */
  readonly providerIds: readonly string[];
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
  readonly status: AppointmentStatus;
  /** The slots it owns. The first is the one it was booked on, and has the appointment's provider and facility. */
  readonly slotIds: readonly string[];
  readonly metadata: Metadata;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** What was asked for, and what was offered instead. Null if it was booked, or asked for by `book`. */
  readonly request: AppointmentRequest | null;
}

export const appointmentFieldNames = fieldNamesOf<Appointment>({
  id: true,
  subjectId: true,
  providerId: true,
  facilityId: true,
  start: true,
  end: true,
  status: true,
  slotIds: true,
  metadata: true,
  version: true,
  createdAt: true,
  updatedAt: true,
  providerIds: true,
  request: true,
});

export function ownsSlots(appointment: Appointment): boolean {
  return owningStatuses.includes(appointment.status);
}
