import { useAppointments } from "@slotwright/client/react";
import type { OutsideSlot, PublishedSlots } from "@slotwright/core";
import { useMemo } from "react";
import { useNames } from "../directory/use-names.ts";
import { formatWhen } from "../time/format.ts";
import type { Effect, HoursPlace } from "./use-hours.ts";

interface EffectCardProps {
  readonly place: HoursPlace;
  readonly effect: Effect;
  readonly until: Date;
}

/** What publishing would do, before it does it. It keeps its height while it is asked. */
export function EffectCard({ place, effect, until }: EffectCardProps) {
  return (
    <section className="hours-effect" aria-label="What publishing would do" aria-busy={effect.name === "asking"}>
      <h3>What it would do</h3>
      <div role="status">
        {effect.name === "known" && <Counts {...effect.effect} />}
        {effect.name === "asking" && <p className="muted">Asking…</p>}
        {effect.name === "invalid" && (
          <p className="field-problem">Put right what is marked. Nothing can be published so.</p>
        )}
        {effect.name === "unknown" && <p className="field-problem">{effect.problem}</p>}
      </div>
      {effect.name === "known" && effect.effect.outsideCount > 0 && (
        <Outside {...effect.effect} place={place} until={until} />
      )}
    </section>
  );
}

function Counts({ created, kept, withdrawn, obstructed, outsideCount }: PublishedSlots) {
  const rows = [
    ["New slots", created],
    ["Stay as they are", kept],
    ["Withdrawn, because nobody has them", withdrawn],
    ["Not made: other slots are in the way", obstructed],
    ["Taken, and outside of the hours", outsideCount],
  ] as const;
  return (
    <dl className="hours-counts">
      {rows.map(([name, count]) => (
        <div key={name} data-some={count > 0 || undefined}>
          <dt>{name}</dt>
          <dd>{count}</dd>
        </div>
      ))}
    </dl>
  );
}

const mostShown = 5;

/** Appointments that nobody takes away: somebody has to talk to these people. */
function Outside({ outside, outsideCount, place, until }: PublishedSlots & Omit<EffectCardProps, "effect">) {
  const names = useNames();
  const from = useMemo(() => new Date(), []);
  const { items } = useAppointments({ from, to: until, providerIds: [place.providerId], facilityId: place.facilityId });
  const whoOf = ({ appointmentId }: OutsideSlot): string => {
    const appointment = items.find(({ id }) => id === appointmentId);
    return appointment === undefined ? "Held" : names.patient(appointment.subjectId);
  };
  return (
    <div className="hours-outside">
      <p>These stay. Move or cancel them, or keep hours for them:</p>
      <ul>
        {outside.slice(0, mostShown).map((slot) => (
          <li key={slot.slotId}>
            <strong>{whoOf(slot)}</strong> {formatWhen(slot.start, slot.end, place.timeZone)}
          </li>
        ))}
      </ul>
      {outsideCount > mostShown && <p className="muted">and {outsideCount - mostShown} more</p>}
    </div>
  );
}
