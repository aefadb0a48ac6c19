import type { ShownAppointment } from "@slotwright/client";
import { formatRange, formatShortDay } from "../../time/format.ts";

/** Where one of several times is asked for: the others, in the order of the wish. */
export function OtherWishes({ appointment, zone }: { readonly appointment: ShownAppointment; readonly zone: string }) {
  const [, ...others] = appointment.request?.wishes ?? [];
  if (appointment.status !== "scheduled" || others.length === 0) return null;
  const times = others.map(({ start, end }) => `${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}`);
  return <p>Or {times.join(", or ")}</p>;
}
