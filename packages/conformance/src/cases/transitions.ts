import assert from "node:assert/strict";
import {
  type AppointmentStatus,
  appointmentStatuses,
  appointmentTransitions,
  type Engine,
  type ErrorCode,
  isBookingError,
  type Slot,
  type SlotStatus,
  type StateChange,
  slotStatuses,
  slotTransitions,
  weekdays,
} from "@slotwright/core";
import { askFor, assertSound, engineOn, manualClock, minutes, patient, place, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

type Commands = Record<string, () => Promise<unknown>>;

/** A record in the wanted state, its commands, and a check of its state afterwards. */
interface Prepared {
  readonly commands: Commands;
  readonly status: () => Promise<string>;
}

/** A second scene of `declineOffer`: of a slot that was asked for as well. */
const ofWish = "declineOffer of a wish";

/** Commands that an appointment is answered with. What is held for it has no token. */
const answers = ["request", "accept", "decline", "offer", "acceptOffer", "declineOffer", ofWish, "cancel"];

/** One hour at nine, as two slots. */
const nineToTen = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from: "09:00", to: "10:00" }] };

/** A slot that is published of hours which are then no more, so that publishing again withdraws it. */
async function publishedOnce(engine: Engine): Promise<Slot> {
  await engine.setAvailability({ actor: provider, ...place, hours: nineToTen });
  await engine.publishSlots({ actor: provider, ...place, until: minutes(30) });
  await engine.setAvailability({ actor: provider, ...place, hours: { ...nineToTen, weekly: [] } });
  const [slot] = (await engine.listSlots({ from: minutes(0), to: minutes(1) })).items;
  return slot ?? assert.fail();
}

async function slotIn(status: SlotStatus, engine: Engine, name = ""): Promise<Prepared> {
  const slot = await publishedOnce(engine);
  const slotId = slot.id;
  const time = { ...place, start: minutes(0), end: minutes(30) };
  const { appointment: asked } = await engine.request({ actor: patient, subjectId: "p-1", ...time });
  const by = { actor: provider, slotId };
  let holdToken: string | undefined;
  let appointmentId = asked.id;
  // An offer whose hold was broken can be taken while its slot is free.
  if (status === "available" && name === "acceptOffer") {
    await engine.offer({ ...by, appointmentId });
    await engine.breakHold({ ...by, reason: "Closed" });
  }
  // One that was asked for stays held when an offer of it, for longer, is declined.
  if (status === "held" && name === ofWish) {
    appointmentId = (await engine.request({ ...by, subjectId: "p-1", holdSeconds: 60 })).appointment.id;
  }
  if (status === "held" && answers.includes(name)) await engine.offer({ ...by, appointmentId });
  else if (status === "held") holdToken = (await engine.hold(by)).holdToken;
  const half = { start: minutes(0), end: minutes(30) };
  const busy = { actor: provider, ...place, source: "s", from: minutes(0), until: minutes(60), intervals: [half] };
  // What the hours do not offer any more would be withdrawn when the busy time is over.
  if (status === "blocked" && name === "importBusy") {
    await engine.setAvailability({ actor: provider, ...place, hours: nineToTen });
    await engine.importBusy(busy);
  }
  // One that somebody has blocked cannot be blocked again.
  else if (status === "blocked" && name === "block") await engine.importBusy(busy);
  else if (status === "blocked") await engine.block(by);
  if (status === "withdrawn") await engine.publishSlots({ actor: provider, ...place, until: minutes(60) });
  if (status === "booked") appointmentId = (await engine.book({ ...by, subjectId: "p-1" })).appointment.id;
  const commands: Commands = {
    publishSlots: () => engine.publishSlots({ actor: provider, ...place, until: minutes(60) }),
    importBusy: () => engine.importBusy(status === "blocked" ? { ...busy, intervals: [] } : busy),
    hold: () => engine.hold(by),
    block: () => engine.block(by),
    unblock: () => engine.unblock(by),
    extend: () => engine.extend({ ...by, holdToken: holdToken ?? "none" }),
    release: () => engine.release({ ...by, holdToken: holdToken ?? "none" }),
    breakHold: () => engine.breakHold({ ...by, reason: "Closed" }),
    book: () => engine.book({ ...by, subjectId: "p-2", ...(holdToken && { holdToken }) }),
    request: () => engine.request({ ...by, subjectId: "p-2", holdSeconds: 60 }),
    accept: () => engine.accept({ ...by, appointmentId }),
    decline: () => engine.decline({ actor: provider, appointmentId, reason: "No" }),
    offer: () => engine.offer({ ...by, appointmentId }),
    acceptOffer: () => engine.acceptOffer({ actor: patient, appointmentId }),
    declineOffer: () => engine.declineOffer({ actor: patient, appointmentId }),
    [ofWish]: () => engine.declineOffer({ actor: patient, appointmentId }),
    cancel: () => engine.cancel({ actor: patient, appointmentId }),
    markNoShow: () => engine.markNoShow({ actor: provider, appointmentId }),
  };
  return { commands, status: async () => (await engine.getSlot(slotId)).status };
}

async function appointmentIn(status: AppointmentStatus, engine: Engine): Promise<Prepared> {
  const asked = await askFor(engine, minutes(0), minutes(30));
  const slots = [0, 30, 60].map((start) => ({ start: minutes(start), end: minutes(start + 30) }));
  const created = await engine.createSlots({ actor: provider, ...place, slots });
  const [slotId = "", otherSlotId = "", offeredId = ""] = created.slots.map(({ id }) => id);
  const by = { actor: provider, appointmentId: asked.id };
  if (status === "scheduled" || status === "declined") await engine.offer({ ...by, slotId: offeredId });
  else await engine.accept({ ...by, slotId });
  if (status === "declined") await engine.decline({ ...by, reason: "No" });
  if (status === "checked_in") await engine.checkIn(by);
  if (status === "completed") await engine.complete(by);
  if (status === "cancelled") await engine.cancel(by);
  if (status === "no_show") await engine.markNoShow(by);
  const commands: Commands = {
    accept: () => engine.accept({ ...by, slotId }),
    decline: () => engine.decline({ ...by, reason: "No" }),
    offer: () => engine.offer({ ...by, slotId: otherSlotId }),
    acceptOffer: () => engine.acceptOffer(by),
    declineOffer: () => engine.declineOffer(by),
    cancel: () => engine.cancel(by),
    checkIn: () => engine.checkIn(by),
    complete: () => engine.complete(by),
    markNoShow: () => engine.markNoShow(by),
    reschedule: () => engine.reschedule({ ...by, slotId: otherSlotId }),
  };
  return { commands, status: async () => (await engine.getAppointment(asked.id)).status };
}

/** The codes that may answer a command that has no row in the table. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  "slot_booked",
  "slot_held",
  "slot_blocked",
  "slot_withdrawn",
  "hold_not_found",
  "invalid_transition",
]);

function casesFor<Status extends string>(
  kind: "slot" | "appointment",
  statuses: readonly Status[],
  table: readonly StateChange<Status>[],
  prepare: (status: Status, engine: Engine, name?: string) => Promise<Prepared>,
): ConformanceCase[] {
  return statuses.map((from) => ({
    key: `transitions.${kind}.${from}`,
    title: `${article(kind)} that is ${from} changes as the table says, and refuses every other command without a change`,
    async run({ open }) {
      const names = Object.keys(
        (await prepare(from, engineOn((await open()).storage, { clock: manualClock() }))).commands,
      );
      for (const name of names) {
        const { storage } = await open();
        const { commands, status } = await prepare(from, engineOn(storage, { clock: manualClock() }), name);
        const command = name === ofWish ? "declineOffer" : name;
        const rows = table.filter((one) => one.from === from && one.by.some((by) => by === command));
        // Only a slot that was asked for stays held when its offer is declined.
        const isEither = kind === "appointment" || command !== "declineOffer";
        const row = rows.find(({ to }) => isEither || (to === from) === (name === ofWish));
        const outcome = await commands[name]?.().then(
          () => "done",
          (error: unknown) => error,
        );
        const isRefused = isBookingError(outcome) && refusals.has(outcome.code);
        if (row === undefined && kind === "appointment") assert.ok(isRefused, `${name} of ${from}: ${String(outcome)}`);
        if (row !== undefined) assert.equal(outcome, "done", `${name} of ${from}`);
        else assert.ok(name !== ofWish || from !== "held", "A wish stays held.");
        assert.equal(await status(), row?.to ?? from, `${name} of ${from}`);
        await assertSound(storage);
      }
    },
  }));
}

const article = (kind: string) => (kind === "slot" ? "a slot" : "an appointment");

export const transitionCases: readonly ConformanceCase[] = [
  ...casesFor("slot", slotStatuses, slotTransitions, slotIn),
  ...casesFor("appointment", appointmentStatuses, appointmentTransitions, appointmentIn),
];
