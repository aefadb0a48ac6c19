import { sampleInstant as at } from "@slotwright/conformance";
import type { Engine, Hours } from "@slotwright/core";
import { planFacility, planProvider, planSlot, planStage } from "./plan-stage.ts";

/** Runs one call of the engine under its title, and returns its result. */
export type RunTitled = <Result>(title: string, call: () => Promise<Result>) => Promise<Result>;

export interface EveryCall {
  readonly engine: Engine<never>;
  readonly run: RunTitled;
  /** A schedule of the stage that nothing else uses. */
  readonly schedule: number;
  /** Set if it is the engine within a transaction, where there is no feed. */
  readonly isWithin?: true;
}

const actor = { kind: "test", id: "test-1" } as const;

/** Calls every method of an engine on the tables of `fillPlanStage`, in every way that it sends statements. */
export async function everyCall(given: EveryCall): Promise<void> {
  const called = new Set<string>();
  const of = { ...given, engine: noting(given.engine, called) };
  await hours(of);
  await slotCommands(of);
  await bookings(of);
  await searchingCommands(of);
  await refusals(of);
  await publishing(of);
  await lists(of);
  await inspections(of);
  if (!given.isWithin) await feed(of);
  const left = given.isWithin ? [...otherwise, ...outside] : otherwise;
  const missed = Object.keys(given.engine).filter((name) => !called.has(name) && !left.includes(name));
  if (missed.length > 0) throw new Error(`everyCall lacks ${missed.join(", ")}.`);
}

/** Calls that send nothing themselves, and those of which another one sends the statements. */
const otherwise: readonly string[] = ["as", "now", "within", "transaction", "createManySlots"];

/** Calls that a transaction does without. */
const outside: readonly string[] = ["changes", "subscribe", "follow"];

/** The engine, with the names of the methods that are taken from it noted. */
function noting(engine: EveryCall["engine"], called: Set<string>): EveryCall["engine"] {
  return new Proxy(engine, {
    get(target, name, receiver) {
      called.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
}

/** A free slot. The first of every four is booked. */
const freeSlot = ({ schedule }: EveryCall, number: number): string => planSlot(schedule, number * 4 + 1);
const bookedSlot = ({ schedule }: EveryCall, number: number): string => planSlot(schedule, number * 4);
const placeOf = ({ schedule }: EveryCall) => ({
  providerId: planProvider(schedule),
  facilityId: planFacility(schedule),
});

/** The start and end of the slot at this index of its schedule. */
const timeOf = (index: number) => ({ start: at(index * 30), end: at(index * 30 + 30) });

async function hours(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const hours: Hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: "09:00", to: "12:00" }] };
  const set = () => engine.setAvailability({ actor, ...placeOf(of), hours });
  const { availability } = await run("set hours", set);
  await run("set hours again", set);
  const until = new Date(Date.now() + 8 * 86_400_000);
  const publish = () => engine.publishSlots({ actor, ...placeOf(of), until });
  await run("publish slots", publish);
  await run("publish slots again", publish);
  const busy = { actor, ...placeOf(of), source: "elsewhere", from: at(0), until: at(1_000), intervals: [] };
  await run("import busy time", () => engine.importBusy({ ...busy, intervals: [timeOf(3)] }));
  await run("import no busy time", () => engine.importBusy(busy));
  await run("set no hours", () => engine.setAvailability({ actor, ...placeOf(of), hours: { ...hours, weekly: [] } }));
  await run("withdraw slots", publish);
  await run("get hours", () => engine.getAvailability(placeOf(of)));
  await run("read the history of hours", () => engine.history({ availabilityId: availability.id }));
}

async function slotCommands(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const slotId = freeSlot(of, 0);
  await run("preview", () => engine.preview("block", { actor, slotId }));
  await run("explain a slot", () => engine.explain({ slotId }));
  await run("explain a time", () => engine.explain({ ...placeOf(of), ...timeOf(1) }));
  await run("explain a time without a slot", () => engine.explain({ ...placeOf(of), start: at(10), end: at(50) }));
  await run("block", () => engine.block({ actor, slotId }));
  await run("unblock", () => engine.unblock({ actor, slotId }));
  const { holdToken } = await run("hold", () => engine.hold({ actor, slotId }));
  await run("extend", () => engine.extend({ actor, slotId, holdToken }));
  await run("release", () => engine.release({ actor, slotId, holdToken }));
  await run("hold and break", async () => {
    await engine.hold({ actor, slotId });
    return engine.breakHold({ actor, slotId, reason: "Closed" });
  });
  const held = await run("hold again", () => engine.hold({ actor, slotId }));
  await run("book a held slot", () =>
    engine.book({ actor, slotId, holdToken: held.holdToken, subjectId: "subject-1" }),
  );
}

async function bookings(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const book = (number: number, alsoSlotIds: string[] = []) =>
    engine.book({ actor, slotId: freeSlot(of, number), alsoSlotIds, subjectId: "subject-1" });
  const { appointment: moved } = await run("book", () => book(1));
  const appointmentId = moved.id;
  await run("reschedule", () => engine.reschedule({ actor, appointmentId, slotId: freeSlot(of, 2) }));
  await run("cancel", () => engine.cancel({ actor, appointmentId }));
  const { appointment: kept } = await run("book another", () => book(3));
  await run("check in", () => engine.checkIn({ actor, appointmentId: kept.id }));
  await run("complete", () => engine.complete({ actor, appointmentId: kept.id }));
  const { appointment: missed } = await run("book a third", () => book(4));
  await run("mark as no show", () => engine.markNoShow({ actor, appointmentId: missed.id }));
}

async function searchingCommands(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const wanted = { actor, subjectId: "subject-2", ...placeOf(of) };
  await run("book a time", () => engine.book({ ...wanted, ...timeOf(5 * 4 + 1) }));
  const ask = { ...wanted, ...timeOf(5 * 4 + 1), ifNoSlot: "schedule" } as const;
  const { appointment: first } = await run("ask for a time that is taken", () => engine.book(ask));
  const slotId = freeSlot(of, 11);
  const { appointment: asked } = await run("request a slot, and hold it", () =>
    engine.request({ actor, subjectId: "subject-2", slotId, orSlotIds: [freeSlot(of, 12)], holdSeconds: 60 }),
  );
  const about = { actor, appointmentId: asked.id };
  await run("offer another", () => engine.offer({ ...about, slotId: freeSlot(of, 13) }));
  await run("decline the offer", () => engine.declineOffer(about));
  await run("offer once more", () => engine.offer({ ...about, slotId: freeSlot(of, 13) }));
  await run("accept the offer", () => engine.acceptOffer(about));
  const { appointment: refused } = await run("request a time", () =>
    engine.request({ ...wanted, ...timeOf(5 * 4 + 1) }),
  );
  await run("decline", () => engine.decline({ actor, appointmentId: refused.id, reason: "Closed" }));
  await run("accept into a slot that is not free", () => failing(engine.accept({ actor, appointmentId: first.id })));
  await run("cancel what was asked for", () => engine.cancel({ actor, appointmentId: first.id }));
}

async function refusals(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const taken = { actor, slotId: bookedSlot(of, 6), subjectId: "subject-3" };
  await run("be refused a slot, and offered others", () => failing(engine.book({ ...taken, alternatives: 3 })));
  const again = { actor, slotId: freeSlot(of, 7), subjectId: "subject-3", idempotencyKey: `again ${of.schedule}` };
  await run("book with a key", () => engine.book(again));
  await run("book with that key again", () => engine.book(again));
  await run("book with that key otherwise", () => failing(engine.book({ ...again, subjectId: "subject-4" })));
}

async function feed(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const { cursor } = await run("stand at the end of the feed", () => engine.changes({ after: "end" }));
  await run("find nothing new in the feed", () => engine.changes({ after: cursor }));
  await run("read the feed from the beginning", () => engine.changes({ limit: 10 }));
  await run("block another", () => engine.block({ actor, slotId: freeSlot(of, 9) }));
  await run("follow the feed", async () => {
    for await (const { entries } of engine.subscribe({ after: cursor })) if (entries.length > 0) return;
  });
  await run("hold the slots of a window", async () => (await engine.follow({ forDays: 1 })).close());
}

async function failing(call: Promise<unknown>): Promise<void> {
  const succeeded = await call.then(
    () => true,
    () => false,
  );
  if (succeeded) throw new Error("A call that should have been refused succeeded.");
}

async function publishing(of: EveryCall): Promise<void> {
  const { engine, run, schedule } = of;
  const far = planStage.slotsPerSchedule + 10;
  const slots = [timeOf(far), timeOf(far + 1)];
  await run("create slots", () => engine.createSlots({ actor, ...placeOf(of), slots }));
  const elsewhere = { providerId: `new-${schedule}`, facilityId: "facility-new" };
  await run("create slots on a new schedule", () => engine.createSlots({ actor, ...elsewhere, slots }));
  await run("be refused slots that overlap", () =>
    failing(engine.createSlots({ actor, ...placeOf(of), slots: [timeOf(3)] })),
  );
}

const firstProviders = (count: number): string[] => Array.from({ length: count }, (_, number) => planProvider(number));

async function lists(of: EveryCall): Promise<void> {
  const { engine, run } = of;
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
      const { nextCursor } = await run(name, () => engine.listSlots(query));
      await run(`${name}, second page`, () => engine.listSlots({ ...query, cursor: nextCursor ?? "" }));
    }
    const query = { ...search, limit: 5 };
    const { nextCursor } = await run(`list appointments ${title}`, () => engine.listAppointments(query));
    await run(`list appointments ${title}, second page`, () =>
      engine.listAppointments({ ...query, cursor: nextCursor ?? "" }),
    );
  }
  await offers(of);
  const ofSubject = { subjectId: "subject-7", limit: 2 };
  const { nextCursor } = await run("list appointments of a subject", () => engine.listAppointments(ofSubject));
  await run("list appointments of a subject, second page", () =>
    engine.listAppointments({ ...ofSubject, cursor: nextCursor ?? "" }),
  );
}

/** Of few and of many providers, in a window that ends and in one that does not. */
async function offers({ engine, run }: EveryCall): Promise<void> {
  for (const [title, window] of Object.entries({
    "of a time": { from: at(300), to: at(900) },
    from: { from: at(300) },
  })) {
    for (const count of [1, 2, 10, 30]) {
      const search = { ...window, providerIds: firstProviders(count), limit: 5 };
      const { nextCursor } = await run(`find open slots ${title}, of ${count}`, () => engine.findOpen(search));
      await run(`find open slots ${title}, of ${count}, second page`, () =>
        engine.findOpen({ ...search, cursor: nextCursor }),
      );
      const slots = { ...search, statuses: ["available"] as const };
      await run(`list available slots ${title}, of ${count}`, () => engine.listSlots(slots));
    }
  }
  const morning = { from: at(300), to: at(900), limit: 5 };
  await run("find open slots of a time", () => engine.findOpen(morning));
  const place = { providerIds: [planProvider(1)], facilityId: planFacility(1) };
  await run("find times of a length", () => engine.findTimes({ ...place, ...morning, minutes: 20 }));
  await run("find the next times of a length", () => engine.nextTimes({ ...place, minutes: 20, from: morning.from }));
  const { limit: _, ...hours } = morning;
  await run("count times of a length", () => engine.countTimes({ ...place, ...hours, minutes: 20 }));
  await run("find open slots of a facility", () => engine.findOpen({ ...morning, facilityId: planFacility(1) }));
}

const placeOfFirst = { providerIds: firstProviders(1), facilityId: planFacility(0) };

async function inspections(of: EveryCall): Promise<void> {
  const { engine, run } = of;
  const [slotId, free] = [bookedSlot(of, 8), freeSlot(of, 8)];
  await run("get a schedule", () => engine.getSchedule(placeOf(of)));
  await run("get a slot", () => engine.getSlot(slotId));
  await run("get an appointment", () => engine.getAppointment(`appointment-of-${slotId}`));
  const { nextCursor } = await run("read a slot's history", () => engine.history({ slotId, limit: 1 }));
  await run("read on in a slot's history", () => engine.history({ slotId, limit: 1, cursor: nextCursor ?? "" }));
  await run("read an appointment's history", () => engine.history({ appointmentId: `appointment-of-${slotId}` }));
  await run("check a booked slot", () => engine.checkSync(slotId));
  await run("check a free slot", () => engine.checkSync(free));
  // The first slot of each schedule: a page, and everything needed to compare it.
  await run("reconcile from the beginning", () => engine.reconcile({ actor, dryRun: true, to: at(1) }));
}

/** Half an hour in the middle, which `everyCall` does not reconcile. */
export const laterHalfHour = { from: at(1500), to: at(1530) };
