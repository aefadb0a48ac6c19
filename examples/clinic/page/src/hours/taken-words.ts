import type { ShownAppointment } from "@slotwright/client";
import type { OutsideSlot } from "@slotwright/core";
import type { Names } from "../directory/names.ts";

/** Who has a slot that is taken: by name, as far as the appointments are known that have not begun. */
export function holderOf(
  { appointmentId }: Pick<OutsideSlot, "appointmentId">,
  appointments: readonly Pick<ShownAppointment, "id" | "subjectId">[],
  names: Names,
): string {
  if (appointmentId === null) return "Held";
  const appointment = appointments.find(({ id }) => id === appointmentId);
  return appointment === undefined ? "Booked" : names.patient(appointment.subjectId);
}
