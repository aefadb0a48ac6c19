import type { ListView, ShownAppointment, ShownRecord, ShownSlot } from "@slotwright/client";
import { useAppointments, useSlots } from "@slotwright/client/react";
import { useMemo, useRef } from "react";
import type { Names } from "../directory/names.ts";
import { useNames } from "../directory/use-names.ts";
import type { CalendarPlace } from "./place.ts";
import type { CalendarSlot } from "./slot-words.ts";

export interface Schedule {
  readonly slots: readonly CalendarSlot[];
  readonly isLoaded: boolean;
  readonly error: ListView<unknown>["error"];
}

/** A night that began the day before reaches into the first day. */
const reachMs = 24 * 3_600_000;

/** The slots of a calendar with whom they are for, live. */
export function useSchedule({ provider, facility, days }: CalendarPlace): Schedule {
  const from = days[0]?.start ?? new Date(0);
  const to = days.at(-1)?.end ?? from;
  const wanted = { to, providerIds: [provider.id], facilityId: facility.id };
  const slots = useSlots({ ...wanted, from: new Date(from.getTime() - reachMs) });
  // An appointment lies within its slot, and may begin later than that.
  const appointments = useAppointments({ ...wanted, from: new Date(from.getTime() - 2 * reachMs) });
  const names = useNames();
  const known = useRef<ReadonlyMap<string, CalendarSlot>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: an instant is equal to another object of it.
  const shown = useMemo(() => {
    const made = joined(slots.items, appointments.items, names, from).map((slot) => sameAs(known.current, slot));
    known.current = new Map(made.map((one) => [one.slot.id, one]));
    return made;
  }, [slots.items, appointments.items, names, from.getTime()]);
  return {
    slots: shown,
    isLoaded: slots.isLoaded && appointments.isLoaded,
    error: slots.error ?? appointments.error,
  };
}

function joined(
  slots: readonly ShownRecord<ShownSlot>[],
  appointments: readonly ShownRecord<ShownAppointment>[],
  names: Names,
  from: Date,
): readonly CalendarSlot[] {
  const byId = new Map(appointments.map((appointment) => [appointment.id, appointment]));
  const seats = new Map<string, number>();
  const groupOf = ({ scheduleId, start, end, seat }: ShownSlot): void => {
    const key = `${scheduleId} ${start.getTime()} ${end.getTime()}`;
    seats.set(key, Math.max(seats.get(key) ?? 1, seat + 1));
  };
  slots.forEach(groupOf);
  return slots
    .filter(({ end }) => end > from)
    .map((slot) => {
      const appointment = byId.get(slot.appointmentId ?? "");
      const patient = appointment === undefined ? null : names.patient(appointment.subjectId);
      const group = seats.get(`${slot.scheduleId} ${slot.start.getTime()} ${slot.end.getTime()}`) ?? 1;
      return { slot, appointment, patient, seats: group };
    });
}

/** The object of before where nothing has changed, so that only what has is drawn again. */
function sameAs(known: ReadonlyMap<string, CalendarSlot>, next: CalendarSlot): CalendarSlot {
  const before = known.get(next.slot.id);
  const isSame =
    before?.slot === next.slot &&
    before.appointment === next.appointment &&
    before.patient === next.patient &&
    before.seats === next.seats;
  return isSame ? before : next;
}
