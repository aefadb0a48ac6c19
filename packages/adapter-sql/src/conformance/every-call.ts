import { sampleInstant as at } from "@slotwright/conformance";
import type { Engine } from "@slotwright/core";
import { planFacility, planProvider, planSlot, planStage } from "./plan-stage.ts";

/** Runs one call of the engine under its title, and returns its result. */
export type Step = <Result>(title: string, call: () => Promise<Result>) => Promise<Result>;

export interface EveryCall {
  readonly engine: Engine<never>;
  readonly step: Step;
  /** A schedule of the stage that nothing else uses. */
  readonly schedule: number;
}

const actor = { kind: "test", id: "test-1" } as const;

/** Calls every method of an engine on the tables of `fillPlanStage`, in every way that it sends statements. */
export async function everyCall(of: EveryCall): Promise<void> {
  await slotCommands(of);
  await bookings(of);
  await searchingCommands(of);
  await refusals(of);
  await publishing(of);
  await lists(of);
  await inspections(of);
}

/** A free slot. The first of every four is booked. */
const freeSlot = ({ schedule }: EveryCall, number: number): string => planSlot(schedule, number * 4 + 1);
const bookedSlot = ({ schedule }: EveryCall, number: number): string => planSlot(schedule, number * 4);
const placeOf = ({ schedule }: EveryCall) => ({
  providerId: planProvider(schedule),
  facilityId: planFacility(schedule),
});

/** The start and end of the slot at this place of its schedule. */
const timeOf = (place: number) => ({ start: at(place * 30), end: at(place * 30 + 30) });

async function slotCommands(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const slotId = freeSlot(of, 0);
  await step("block", () => engine.block({ actor, slotId }));
  await step("unblock", () => engine.unblock({ actor, slotId }));
  const { holdToken } = await step("hold", () => engine.hold({ actor, slotId }));
  await step("release", () => engine.release({ actor, slotId, holdToken }));
  const held = await step("hold again", () => engine.hold({ actor, slotId }));
  await step("book a held slot", () =>
    engine.book({ actor, slotId, holdToken: held.holdToken, subjectId: "subject-1" }),
  );
}

async function bookings(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const book = (number: number, alsoSlotIds: string[] = []) =>
    engine.book({ actor, slotId: freeSlot(of, number), alsoSlotIds, subjectId: "subject-1" });
  const { appointment: moved } = await step("book", () => book(1));
  const appointmentId = moved.id;
  await step("reschedule", () => engine.reschedule({ actor, appointmentId, slotId: freeSlot(of, 2) }));
  await step("cancel", () => engine.cancel({ actor, appointmentId }));
  const { appointment: kept } = await step("book another", () => book(3));
  await step("check in", () => engine.checkIn({ actor, appointmentId: kept.id }));
  await step("complete", () => engine.complete({ actor, appointmentId: kept.id }));
  const { appointment: missed } = await step("book a third", () => book(4));
  await step("mark as no show", () => engine.markNoShow({ actor, appointmentId: missed.id }));
}

async function searchingCommands(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const wanted = { actor, subjectId: "subject-2", ...placeOf(of) };
  await step("book a time", () => engine.book({ ...wanted, ...timeOf(5 * 4 + 1) }));
  const ask = { ...wanted, ...timeOf(5 * 4 + 1), ifNoSlot: "schedule" } as const;
  const { appointment: first } = await step("ask for a time that is taken", () => engine.book(ask));
  await step("accept into a slot that is not free", () => failing(engine.accept({ actor, appointmentId: first.id })));
  await step("cancel what was asked for", () => engine.cancel({ actor, appointmentId: first.id }));
}

async function refusals(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const taken = { actor, slotId: bookedSlot(of, 6), subjectId: "subject-3" };
  await step("be refused a slot, and offered others", () => failing(engine.book({ ...taken, alternatives: 3 })));
  const again = { actor, slotId: freeSlot(of, 7), subjectId: "subject-3", idempotencyKey: `again ${of.schedule}` };
  await step("book with a key", () => engine.book(again));
  await step("book with that key again", () => engine.book(again));
  await step("book with that key otherwise", () => failing(engine.book({ ...again, subjectId: "subject-4" })));
}

async function failing(call: Promise<unknown>): Promise<void> {
  const succeeded = await call.then(
    () => true,
    () => false,
  );
  if (succeeded) throw new Error("A call that should have been refused succeeded.");
}

async function publishing(of: EveryCall): Promise<void> {
  const { engine, step, schedule } = of;
  const far = planStage.slotsPerSchedule + 10;
  const slots = [timeOf(far), timeOf(far + 1)];
  await step("create slots", () => engine.createSlots({ actor, ...placeOf(of), slots }));
  const elsewhere = { providerId: `new-${schedule}`, facilityId: "facility-new" };
  await step("create slots on a new schedule", () => engine.createSlots({ actor, ...elsewhere, slots }));
  await step("be refused slots that overlap", () =>
    failing(engine.createSlots({ actor, ...placeOf(of), slots: [timeOf(3)] })),
  );
}

const firstProviders = (count: number): string[] => Array.from({ length: count }, (_, number) => planProvider(number));

async function lists(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const window = { from: at(300), to: at(2000) };
  const searches = {
    all: {},
    "all of a time": window,
    "of a provider": { ...window, providerIds: firstProviders(1) },
    "of a provider at a facility": { ...placeOfFirst, ...window },
    "of two providers": { ...window, providerIds: firstProviders(2) },
    "of ten providers": { ...window, providerIds: firstProviders(10) },
    "of thirty providers": { ...window, providerIds: firstProviders(30) },
    "of a facility": { ...window, facilityId: planFacility(1) },
  };
  for (const [title, search] of Object.entries(searches)) {
    // The list of everything cannot be filtered by status.
    for (const statuses of title === "all" ? [undefined] : [undefined, ["available"] as const]) {
      const query = { ...search, limit: 5, ...(statuses && { statuses: [...statuses] }) };
      const name = `list ${statuses ?? "all"} slots ${title}`;
      const { nextCursor } = await step(name, () => engine.listSlots(query));
      await step(`${name}, second page`, () => engine.listSlots({ ...query, cursor: nextCursor ?? "" }));
    }
    const query = { ...search, limit: 5 };
    const { nextCursor } = await step(`list appointments ${title}`, () => engine.listAppointments(query));
    await step(`list appointments ${title}, second page`, () =>
      engine.listAppointments({ ...query, cursor: nextCursor ?? "" }),
    );
  }
  const ofSubject = { subjectId: "subject-7", limit: 2 };
  const { nextCursor } = await step("list appointments of a subject", () => engine.listAppointments(ofSubject));
  await step("list appointments of a subject, second page", () =>
    engine.listAppointments({ ...ofSubject, cursor: nextCursor ?? "" }),
  );
}

const placeOfFirst = { providerIds: firstProviders(1), facilityId: planFacility(0) };

async function inspections(of: EveryCall): Promise<void> {
  const { engine, step } = of;
  const [slotId, free] = [bookedSlot(of, 8), freeSlot(of, 8)];
  await step("get a slot", () => engine.getSlot(slotId));
  await step("get an appointment", () => engine.getAppointment(`appointment-of-${slotId}`));
  const { nextCursor } = await step("read a slot's history", () => engine.history({ slotId, limit: 1 }));
  await step("read on in a slot's history", () => engine.history({ slotId, limit: 1, cursor: nextCursor ?? "" }));
  await step("read an appointment's history", () => engine.history({ appointmentId: `appointment-of-${slotId}` }));
  await step("check a booked slot", () => engine.checkSync(slotId));
  await step("check a free slot", () => engine.checkSync(free));
  // The first slot of each schedule: a page, and everything needed to compare it.
  await step("reconcile from the beginning", () => engine.reconcile({ actor, dryRun: true, to: at(1) }));
}

/** Half an hour in the middle, which `everyCall` does not reconcile. */
export const laterHalfHour = { from: at(1500), to: at(1530) };
