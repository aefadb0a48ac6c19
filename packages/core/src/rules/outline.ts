import { type Appointment, ownsSlots } from "../model/appointment.ts";
import type { Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Context, Seen } from "./decision.ts";
import { type Neighbour, type Taken, takingCommands } from "./sight.ts";

/** What a command takes in time, and which records are its own. */
export interface Outline {
  /** The slots that it has afterwards, kept ones included. Of a request, the time that is asked for. */
  readonly slots: readonly Taken[];
  /** The times of the appointment. None for a hold. */
  readonly times: readonly TimeRange[];
  readonly appointmentId: string | null;
  /** Slots that it takes, keeps or gives up. */
  readonly slotIds: ReadonlySet<string>;
}

/** Undefined if the command takes nothing. */
export function outlineOf(
  { slots, appointments }: { readonly slots: readonly Slot[]; readonly appointments: readonly Appointment[] },
  seen: Seen,
  { command }: Context,
): Outline | undefined {
  if (!takingCommands.has(command.name)) return undefined;
  const [appointment] = appointments;
  if (appointment === undefined) return { slots, times: [], appointmentId: null, slotIds: idsOf(slots) };
  const kept = appointment.slotIds.flatMap((id) => slots.find((slot) => slot.id === id) ?? seen.slot(id) ?? []);
  return {
    slots: ownsSlots(appointment) ? kept : [appointment],
    times: [appointment],
    appointmentId: appointment.id,
    slotIds: idsOf([...kept, ...slots]),
  };
}

const idsOf = (slots: readonly Slot[]): ReadonlySet<string> => new Set(slots.map(({ id }) => id));

export function isOwn({ slotIds, appointmentId }: Outline, neighbour: Neighbour): boolean {
  return slotIds.has(neighbour.slotId) || (appointmentId !== null && neighbour.appointmentId === appointmentId);
}
