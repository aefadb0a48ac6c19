import { booking, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { Availability, Hours } from "@slotwright/core";
import { type Schedule, type StorageAdapter, scheduleIdOf, type Transition } from "@slotwright/core/adapter";

/** Tables full enough to give a planner a choice, and to distinguish a scan of all rows from a look at a few. */
export const planStage = {
  /** Schedules with slots. */
  schedules: 50,
  slotsPerSchedule: 100,
  /** Schedules without slots. Reading all of them must cost more than any statement may. */
  otherSchedules: 2000,
  /** One of this many slots of a schedule is booked. */
  slotsPerBooking: 4,
  subjects: 200,
  facilities: 5,
  /** The most rows that a call may look at, in tables and indexes together. The smallest table has more. */
  mostRows: 900,
} as const;

export const planProvider = (number: number): string => `provider-${number}`;
export const planFacility = (number: number): string => `facility-${number % planStage.facilities}`;
export const planSlot = (schedule: number, index: number): string => `slot-${schedule}-${index}`;

/** Fills a store's tables with the store's own commits, so the guards apply. */
export async function fillPlanStage(storage: StorageAdapter): Promise<void> {
  for (const transitions of [...planSchedules(), ...planBookings()]) {
    const outcomes = await storage.commit(transitions);
    const refused = outcomes.find(({ status }) => status !== "committed");
    if (refused !== undefined) throw new Error(`The stage could not be filled: ${JSON.stringify(refused)}`);
  }
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

function scheduleNumbered(number: number): Schedule {
  const [providerId, facilityId] = [planProvider(number), planFacility(number)];
  return { ...sampleSchedule, id: scheduleIdOf(providerId, facilityId), providerId, facilityId };
}

function hoursNumbered(number: number): Availability {
  const { providerId, facilityId, timeZone, version, createdAt, updatedAt } = scheduleNumbered(number);
  const place = { providerId, facilityId: facilityId as string };
  const hours: Hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: 540, to: 720 }] };
  const times = { createdAt, updatedAt };
  return {
    kind: "availability",
    id: `hours of ${scheduleNumbered(number).id}`,
    ...place,
    timeZone,
    hours,
    zoneRules: [],
    version,
    ...times,
  };
}

function slotsOf(number: number) {
  const { id: scheduleId, providerId, facilityId } = scheduleNumbered(number);
  return numbers(planStage.slotsPerSchedule).map((index) =>
    slotAt(index * 30, { id: planSlot(number, index), scheduleId, providerId, facilityId: facilityId as string }),
  );
}

function planSchedules(): readonly (readonly Transition[])[] {
  const withSlots = numbers(planStage.schedules).map((number) =>
    transitionOf(`fill ${number}`, scheduleNumbered(number), hoursNumbered(number), ...slotsOf(number)),
  );
  const others = numbers(planStage.otherSchedules).map((number) => planStage.schedules + number);
  const withoutSlots = others.flatMap((number) => [scheduleNumbered(number), hoursNumbered(number)]);
  return [...withSlots, transitionOf("fill others", ...withoutSlots)].map((one) => [one]);
}

/** In the first half of the time, so that the second half has free slots. */
function planBookings(): readonly (readonly Transition[])[] {
  const { schedules, slotsPerBooking, slotsPerSchedule, subjects } = planStage;
  return numbers(schedules).map((number) =>
    slotsOf(number)
      .filter((_, index) => index % slotsPerBooking === 0 && index < slotsPerSchedule)
      .map((slot, index) => {
        const providerIds = [slot.providerId, planProvider((number + 1) % schedules)];
        return booking(slot, { subjectId: `subject-${(number * 25 + index) % subjects}`, providerIds });
      }),
  );
}
