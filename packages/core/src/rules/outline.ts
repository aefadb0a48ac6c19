import { type Appointment, ownsSlots } from "../model/appointment.ts";
import type { CommandName } from "../model/journal.ts";
import type { Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Context, Seen } from "./decision.ts";
import { heldSlotsOf } from "./held-for.ts";
import { type Neighbour, type Taken, takingCommands } from "./sight.ts";

/** What a command takes in time, and which records are its own. */
export interface Outline {
  /** The slots that it has afterwards, kept ones included. Of a request, the time that is asked for. */
  readonly slots: readonly Taken[];
  /** The times of the appointment. None for a hold. */
  readonly times: readonly TimeRange[];
  readonly appointmentId: string | null;
  /** Those of its slots that the appointment had before, and that stay as they are. */
  readonly kept: readonly Slot[];
  /** Slots that it takes, keeps or gives up, and those that stay held for its appointment. */
  readonly slotIds: ReadonlySet<string>;
}

/** Undefined if the command takes nothing. */
export function outlineOf(
  { slots, appointments }: { readonly slots: readonly Slot[]; readonly appointments: readonly Appointment[] },
  seen: Seen,
  context: Context,
): Outline | undefined {
  const { command } = context;
  if (!takingCommands.has(command.name)) return undefined;
  const [appointment] = appointments;
  if (appointment === undefined) return { slots, times: [], appointmentId: null, kept: [], slotIds: idsOf(slots) };
  const own = appointment.slotIds.flatMap((id) => slots.find((slot) => slot.id === id) ?? seen.slot(id) ?? []);
  const held = slotsTaken(command.name, slots, appointments);
  const times = askedTimes(command.name, appointment);
  const place = ownsSlots(appointment) ? own : held;
  return {
    slots:
      place.length > 0 ? place : times.map(({ start, end }) => ({ providerId: appointment.providerId, start, end })),
    times,
    appointmentId: appointment.id,
    kept: own.filter((slot) => !slots.includes(slot)),
    slotIds: idsOf([...own, ...slots, ...heldSlotsOf(seen.appointment(appointment.id), seen, context)]),
  };
}

/**
 * The slots that the command holds or books. Those that it gives up become available, and one that the request holds stays
 * held when another is offered.
 */
export function slotsTaken(
  command: CommandName,
  slots: readonly Slot[],
  [appointment]: readonly Appointment[],
): readonly Slot[] {
  const taken = slots.filter(({ status }) => status === "held" || status === "booked");
  if (command !== "offer") return taken;
  return taken.filter(({ id }) => id === appointment?.request?.offer?.slotId);
}

/** The times that the command takes, or asks for: of a request, each that would do. */
export function askedTimes(command: CommandName, appointment: Appointment): readonly TimeRange[] {
  if (command === "offer") return appointment.request?.offer ? [appointment.request.offer] : [];
  return command === "request" ? [appointment, ...(appointment.request?.wishes ?? [])] : [appointment];
}

const idsOf = (slots: readonly Slot[]): ReadonlySet<string> => new Set(slots.map(({ id }) => id));

export function isOwn({ slotIds, appointmentId }: Outline, neighbour: Neighbour): boolean {
  return slotIds.has(neighbour.slotId) || (appointmentId !== null && neighbour.appointmentId === appointmentId);
}
