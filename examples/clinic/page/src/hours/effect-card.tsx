import type { PublishedSlots } from "@slotwright/core";
import { TakenList } from "./taken-list.tsx";
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
        {effect.name === "known" && <Counts rows={rowsOf(effect.effect)} />}
        {effect.name === "asking" && <p className="muted">Asking…</p>}
        {effect.name === "invalid" && (
          <p className="field-problem">Put right what is marked. Nothing can be published so.</p>
        )}
        {effect.name === "outdated" && (
          <p className="field-problem">
            These hours have been changed since you began. Yours would undo that, so they cannot be saved. Discard your
            changes to see what holds now, and make them again.
          </p>
        )}
        {effect.name === "unknown" && <p className="field-problem">{effect.problem}</p>}
      </div>
      {effect.name === "known" && effect.effect.outsideCount > 0 && (
        <TakenList
          text="These stay. Move or cancel them, or keep hours for them:"
          slots={effect.effect.outside}
          count={effect.effect.outsideCount}
          {...{ place, until }}
        />
      )}
    </section>
  );
}

const rowsOf = ({ created, kept, withdrawn, obstructed, outsideCount }: PublishedSlots): Counted => [
  ["New slots", created],
  ["Stay as they are", kept],
  ["Withdrawn, because nobody has them", withdrawn],
  ["Not made: other slots are in the way", obstructed],
  ["Taken, and outside of the hours", outsideCount],
];

export type Counted = readonly (readonly [name: string, count: number])[];

/** What would be done to how many. */
export function Counts({ rows }: { readonly rows: Counted }) {
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
