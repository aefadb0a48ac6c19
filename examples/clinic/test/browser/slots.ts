import { Temporal } from "temporal-polyfill";
import type { Bed } from "./bed.ts";

/** A free time that no other test has. */
export interface FreshSlot {
  readonly slotId: string;
  readonly start: Date;
  readonly end: Date;
  /** By the clinic's clock, such as `08:00`. */
  readonly from: string;
  readonly to: string;
  /** Where a patient finds it. */
  readonly search: Readonly<Record<string, string>>;
}

const zone = "Europe/Berlin";
const place = { providerId: "dr-osei", facilityId: "harbour" };

/** Makes a free time with so many seats. Default: one. */
export type FreshSlots = (seats?: number) => Promise<FreshSlot>;

/** On days on which the clinic is closed, so that nothing else is there: Saturday, and then Sunday. */
export function createSlots({ as, from }: Pick<Bed, "as" | "from">): FreshSlots {
  let next = Temporal.PlainDate.from(from).add({ days: 5 }).toPlainDateTime("08:00");
  return async (seats = 1) => {
    const end = next.add({ minutes: 30 });
    const [start, finish] = [next, end].map((time) => new Date(time.toZonedDateTime(zone).epochMilliseconds));
    const times = { start: start as Date, end: finish as Date };
    const [opens = "", closes = ""] = [next, end].map((time) =>
      time.toPlainTime().toString({ smallestUnit: "minute" }),
    );
    const search = { day: next.toPlainDate().toString(), provider: place.providerId, facility: place.facilityId };
    next = end;
    const { slots } = await as("dr-osei").calls.createSlots({ ...place, slots: [{ ...times, capacity: seats }] });
    return { ...times, from: opens, to: closes, search, slotId: (slots[0] as { readonly id: string }).id };
  };
}
