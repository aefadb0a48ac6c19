import assert from "node:assert/strict";
import type { ActorEngine, Authorize, CommandName } from "@slotwright/core";
import { assertSound, engineOn, patient, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { desk, type House, house, stranger } from "./access-stage.ts";

interface Ids {
  readonly slotId: string;
  readonly appointmentId: string;
}

type NamingCall = (engine: ActorEngine, ids: Ids) => Promise<unknown>;
type NamingCommand = Exclude<CommandName, "setAvailability" | "publishSlots" | "importBusy" | "createSlots" | "repair">;

/** Every call that names a slot, an appointment, or both. */
const namingCalls: Readonly<Record<NamingCommand, NamingCall> & Record<string, NamingCall>> = {
  getSlot: (engine, { slotId }) => engine.getSlot(slotId),
  getAppointment: (engine, { appointmentId }) => engine.getAppointment(appointmentId),
  slotHistory: (engine, { slotId }) => engine.history({ slotId }),
  appointmentHistory: (engine, { appointmentId }) => engine.history({ appointmentId }),
  checkSync: (engine, { slotId }) => engine.checkSync(slotId),
  block: (engine, { slotId }) => engine.block({ slotId }),
  unblock: (engine, { slotId }) => engine.unblock({ slotId }),
  hold: (engine, { slotId }) => engine.hold({ slotId, ifVersion: 7 }),
  holdAlso: (engine, { slotId }) => engine.hold({ slotId: "none-such", alsoSlotIds: [slotId] }),
  extend: (engine, { slotId }) => engine.extend({ slotId, holdToken: "t" }),
  release: (engine, { slotId }) => engine.release({ slotId, holdToken: "t" }),
  breakHold: (engine, { slotId }) => engine.breakHold({ slotId, reason: "Closed" }),
  book: (engine, { slotId }) => engine.book({ slotId, subjectId: "p-1", alternatives: 3 }),
  request: (engine, { slotId }) => engine.request({ slotId, subjectId: "p-1", alternatives: 3 }),
  requestOr: (engine, { slotId }) => engine.request({ slotId: "none-such", orSlotIds: [slotId], subjectId: "p-1" }),
  accept: (engine, { appointmentId }) => engine.accept({ appointmentId, alternatives: 3 }),
  acceptInto: (engine, ids) => engine.accept({ ...ids, alternatives: 3 }),
  decline: (engine, { appointmentId }) => engine.decline({ appointmentId, reason: "No" }),
  offer: (engine, ids) => engine.offer(ids),
  acceptOffer: (engine, { appointmentId }) => engine.acceptOffer({ appointmentId }),
  declineOffer: (engine, { appointmentId }) => engine.declineOffer({ appointmentId }),
  reschedule: (engine, ids) => engine.reschedule(ids),
  rescheduleOfVersion: (engine, ids) => engine.reschedule({ ...ids, ifVersion: 9 }),
  checkIn: (engine, { appointmentId }) => engine.checkIn({ appointmentId }),
  complete: (engine, { appointmentId }) => engine.complete({ appointmentId }),
  markNoShow: (engine, { appointmentId }) => engine.markNoShow({ appointmentId }),
  cancel: (engine, { appointmentId }) => engine.cancel({ appointmentId, idempotencyKey: "once" }),
};

/** The rules of the house, and others that say the same of what is another's, but not of what is absent. */
const rules: readonly ((authorize: Authorize) => Authorize)[] = [
  (authorize) => authorize,
  (authorize) => async (request) => authorize(request),
  (authorize) => (request) => {
    if (request.action !== "command") return Promise.resolve(authorize(request));
    const isNamed = request.slot !== null || request.appointment !== null;
    return isNamed ? authorize(request) : undefined;
  },
];

const absent: Ids = { slotId: "no-slot", appointmentId: "no-appointment" };
const idsOf = ({ other, slots }: House): Ids => ({ appointmentId: other.id, slotId: slots[1]?.id ?? "" });

/** What a call answers, and after how many reads. Ids that are asked for are written as `?`. */
async function answerTo({ reads, engine }: House, name: string, ids: Ids): Promise<string> {
  const call = namingCalls[name] ?? assert.fail();
  const text = JSON.stringify(await reads(() => call(engine.as(patient), ids)));
  return text.replaceAll(ids.slotId, "?").replaceAll(ids.appointmentId, "?");
}

/** Commands on one's own appointment and another's slot, and on another's appointment and a free slot. */
async function assertAlikeBesideOwn(stage: House): Promise<void> {
  const own = { appointmentId: stage.own.id, slotId: stage.slots[2]?.id ?? "" };
  for (const field of ["slotId", "appointmentId"] as const) {
    for (const name of ["acceptInto", "reschedule", "rescheduleOfVersion"]) {
      const ofAnother = await answerTo(stage, name, { ...own, [field]: idsOf(stage)[field] });
      const ofNobody = await answerTo(stage, name, { ...own, [field]: absent[field] });
      assert.equal(ofAnother, ofNobody, `${name} with the ${field} of another`);
    }
  }
}

export const accessCases: readonly ConformanceCase[] = [
  {
    key: "access.absent",
    title: "what is another's is answered as what is absent: the same code, details, message and number of reads",
    async run({ open }) {
      for (const change of rules) {
        const { storage } = await open();
        const stage = await house(storage, {}, change);
        const before = await stage.engine.getAppointment(stage.other.id);
        for (const name of Object.keys(namingCalls)) {
          const ofAnother = await answerTo(stage, name, idsOf(stage));
          assert.equal(ofAnother, await answerTo(stage, name, absent), name);
        }
        assert.deepEqual(await stage.engine.getAppointment(stage.other.id), before);
        await assertSound(storage);
      }
    },
  },
  {
    key: "access.absent-beside",
    title: "another's beside one's own is answered as what is absent beside it, whatever state that is in",
    async run({ open }) {
      for (const change of rules) {
        const { storage } = await open();
        const stage = await house(storage, {}, change);
        await assertAlikeBesideOwn(stage);
        await engineOn(storage).cancel({ actor: provider, appointmentId: stage.own.id });
        await assertAlikeBesideOwn(stage);
      }
    },
  },
  {
    key: "access.own-id",
    title: "the id that a booking chooses for its appointment names none: neither an absent one, nor another's",
    async run({ storage }) {
      const stage = await house(storage);
      const want = { slotId: stage.slots[2]?.id ?? "", subjectId: "p-1" };
      const asDesk = stage.engine.as(desk);
      const taken = { ...want, slotId: stage.slots[0]?.id ?? "", appointmentId: "new" };
      const { details } = await refusal(asDesk.book(taken), "forbidden");
      assert.equal(details.command, "book");
      const engine = stage.engine.as(patient);
      await refusal(engine.book({ ...want, appointmentId: stage.other.id }), "appointment_exists");
      assert.equal((await engine.book({ ...want, appointmentId: "new" })).appointment.id, "new");
    },
  },
  {
    key: "access.commands",
    title:
      "a command on another's is refused as on what is absent, on what may be seen as forbidden, and one's own is done",
    async run({ storage }) {
      const stage = await house(storage);
      const { own, other } = stage;
      const engine = stage.engine.as(patient);
      const { details } = await refusal(engine.cancel({ appointmentId: other.id }), "appointment_not_found");
      assert.deepEqual(details, { appointmentId: other.id });
      const slotId = stage.slots[1]?.id ?? "";
      await refusal(engine.book({ slotId, subjectId: "p-1" }), "slot_not_found");
      await refusal(engine.reschedule({ appointmentId: own.id, slotId }), "slot_not_found");
      await refusal(engine.reschedule({ appointmentId: other.id, slotId }), "appointment_not_found");
      const free = stage.slots[2]?.id ?? "";
      const beside = await refusal(
        engine.book({ slotId: free, alsoSlotIds: [slotId], subjectId: "p-1" }),
        "slot_not_found",
      );
      assert.deepEqual(beside.details, { slotId });
      // The desk sees all, and may do nothing.
      const seen = await refusal(stage.engine.as(desk).cancel({ appointmentId: other.id }), "forbidden");
      assert.deepEqual(seen.details, { command: "cancel", actorId: "d-1", problem: "Not yours." });
      const named = stage.engine.cancel({ actor: stranger, appointmentId: own.id });
      await refusal(named, "appointment_not_found");
      await engine.reschedule({ appointmentId: own.id, slotId: free });
      const cancelled = await engine.cancel({ appointmentId: own.id });
      assert.equal(cancelled.appointment.status, "cancelled");
      assert.equal((await stage.engine.getAppointment(other.id)).version, 1);
      await assertSound(storage);
    },
  },
  {
    key: "access.transaction",
    title: "an actor's engine keeps its actor and what they may see in transactions of either kind",
    async run({ storage, beginHostTransaction }) {
      const stage = await house(storage);
      const engine = stage.engine.as(patient);
      const handle = await beginHostTransaction();
      const within = engine.within(handle.transaction);
      await refusal(within.getAppointment(stage.other.id), "appointment_not_found");
      await refusal(within.cancel({ appointmentId: stage.other.id }), "appointment_not_found");
      const { appointment } = await within.book({ slotId: stage.slots[2]?.id ?? "", subjectId: "p-1" });
      await handle.commit();
      await engine.transaction(async ({ engine: inside }) => {
        await refusal(inside.getAppointment(stage.other.id), "appointment_not_found");
        await refusal(inside.checkIn({ appointmentId: stage.other.id }), "appointment_not_found");
        await refusal(inside.cancel({ actor: stranger, appointmentId: stage.own.id } as never), "invalid_input");
        await inside.cancel({ appointmentId: stage.own.id });
      });
      for (const appointmentId of [appointment.id, stage.own.id]) {
        const { items } = await stage.engine.history({ appointmentId, newestFirst: true, limit: 1 });
        assert.deepEqual(items[0]?.actor, patient);
      }
      await assertSound(storage);
    },
  },
];
