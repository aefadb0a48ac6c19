import type { Temporal } from "temporal-polyfill";
import { patients } from "../../people.ts";
import { type PlannedSlot, slotsOn } from "./days.ts";
import { drawn, oneOf, shuffled } from "./draw.ts";
import { type Schedule, schedules } from "./hours.ts";

/** What becomes of a visit once its time has come. */
export type Fate = "came" | "missed" | "called off";

/** Somebody's appointment. */
export interface Visit {
  readonly key: string;
  readonly slot: PlannedSlot;
  readonly schedule: Schedule;
  readonly patientId: string;
  readonly note: string;
  readonly fate: Fate;
  /** Who asks for the same time, and waits. */
  readonly waits: string | undefined;
}

const shares = { booked: 0.55, calledOff: 0.08, missed: 0.07, madeRoomFor: 0.6 } as const;

/** Who comes on a day. A patient has one appointment a day at most. */
export function visitsOn(date: Temporal.PlainDate): readonly Visit[] {
  const free = [...shuffled(patients, `order/${date}`, ({ id }) => id)];
  const someone = () => free.pop()?.id;
  return schedules.flatMap((schedule) => {
    const seats = slotsOn(schedule, date)
      .filter(({ blocked }) => blocked === undefined)
      .flatMap((slot) => Array.from({ length: slot.seats }, (_, seat) => ({ slot, key: `${slot.key}/${seat}` })));
    const booked = seats.filter(({ key }) => drawn(`booked/${key}`) < shares.booked);
    const contested = contestedOn(schedule, date, booked);
    return booked.flatMap(({ slot, key }) => {
      const patientId = someone();
      if (patientId === undefined) return [];
      const waits = key === contested ? someone() : undefined;
      const isLeaving = waits !== undefined && drawn(`room/${key}`) < shares.madeRoomFor;
      const note = oneOf(schedule.complaints, `note/${key}`);
      return [{ key, slot, schedule, patientId, note, fate: isLeaving ? "called off" : fateOf(key), waits }];
    });
  });
}

/** The visit whose time somebody else wants, too. Groups have other seats. */
function contestedOn(
  { providerId, facilityId, waiting }: Schedule,
  date: Temporal.PlainDate,
  booked: readonly { readonly slot: PlannedSlot; readonly key: string }[],
): string | undefined {
  const name = `contested/${providerId}/${facilityId}/${date}`;
  const alone = booked.filter(({ slot }) => slot.seats === 1);
  return alone.length > 0 && drawn(`${name}/whether`) < waiting ? oneOf(alone, name).key : undefined;
}

function fateOf(key: string): Fate {
  const draw = drawn(`fate/${key}`);
  if (draw < shares.calledOff) return "called off";
  return draw < shares.calledOff + shares.missed ? "missed" : "came";
}
