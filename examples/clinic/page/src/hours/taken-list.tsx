import { useAppointments } from "@slotwright/client/react";
import type { OutsideSlot } from "@slotwright/core";
import { useMemo } from "react";
import { useNames } from "../directory/use-names.ts";
import { formatWhen } from "../time/format.ts";
import { holderOf } from "./taken-words.ts";
import type { HoursPlace } from "./use-hours.ts";

const mostShown = 5;

interface TakenListProps {
  readonly text: string;
  /** The first of them. */
  readonly slots: readonly OutsideSlot[];
  readonly count: number;
  readonly place: HoursPlace;
  readonly until: Date;
}

/** Appointments that nobody takes away: somebody has to talk to these people. */
export function TakenList({ text, slots, count, place, until }: TakenListProps) {
  const names = useNames();
  const from = useMemo(() => new Date(), []);
  const { items } = useAppointments({ from, to: until, providerIds: [place.providerId], facilityId: place.facilityId });
  return (
    <div className="hours-outside">
      <p>{text}</p>
      <ul>
        {slots.slice(0, mostShown).map((slot) => (
          <li key={slot.slotId}>
            <strong>{holderOf(slot, items, names)}</strong> {formatWhen(slot.start, slot.end, place.timeZone)}
          </li>
        ))}
      </ul>
      {count > mostShown && <p className="muted">and {count - mostShown} more</p>}
    </div>
  );
}
