import { booking, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import { type Schedule, type StorageAdapter, scheduleIdOf, type Transition } from "@slotwright/core/adapter";

/** Tables that are full enough for a planner to have a choice, and for a look at all rows to be told from a look at few. */
export const planStage = {
  /** Schedules that have slots. */
  schedules: 50,
  slotsPerSchedule: 100,
  /** Schedules without slots: to read all of them must cost more than any statement may. */
  otherSchedules: 2000,
  /** Of so many slots of a schedule one is booked. */
  slotsPerBooking: 4,
  subjects: 200,
  facilities: 5,
  /** Rows that a call may look at, in tables and indexes taken together; the smallest table has more. */
  mostRows: 900,
} as const;

export const planProvider = (number: number): string => `provider-${number}`;
export const planFacility = (number: number): string => `facility-${number % planStage.facilities}`;
export const planSlot = (schedule: number, place: number): string => `slot-${schedule}-${place}`;

/** Fills the tables of a store by commits of its own, guards and all. */
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

function slotsOf(number: number) {
  const { id: scheduleId, providerId, facilityId } = scheduleNumbered(number);
  return numbers(planStage.slotsPerSchedule).map((place) =>
    slotAt(place * 30, { id: planSlot(number, place), scheduleId, providerId, facilityId: facilityId as string }),
  );
}

function planSchedules(): readonly (readonly Transition[])[] {
  const withSlots = numbers(planStage.schedules).map((number) =>
    transitionOf(`fill ${number}`, scheduleNumbered(number), ...slotsOf(number)),
  );
  const others = numbers(planStage.otherSchedules).map((number) => scheduleNumbered(planStage.schedules + number));
  return [...withSlots, transitionOf("fill others", ...others)].map((one) => [one]);
}

/** In the first half of the time, so that free slots are found in the other. */
function planBookings(): readonly (readonly Transition[])[] {
  const { schedules, slotsPerBooking, slotsPerSchedule, subjects } = planStage;
  return numbers(schedules).map((number) =>
    slotsOf(number)
      .filter((_, place) => place % slotsPerBooking === 0 && place < slotsPerSchedule)
      .map((slot, index) => {
        const providerIds = [slot.providerId, planProvider((number + 1) % schedules)];
        return booking(slot, { subjectId: `subject-${(number * 25 + index) % subjects}`, providerIds });
      }),
  );
}
