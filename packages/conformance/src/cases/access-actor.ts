import assert from "node:assert/strict";
import {
  type AccessRequest,
  type ActorEngine,
  type CommandName,
  type CommandRequest,
  type Engine,
  isBookingError,
  type Warning,
} from "@slotwright/core";
import {
  askFor,
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { desk, house, pagesOf, stranger } from "./access-stage.ts";

const half = { start: minutes(0), end: minutes(30) };

/** Every call that takes an actor, with an input that names one. */
const callsWithActor = {
  setAvailability: { ...place, hours: { offer: { minutes: 30 }, weekly: [] } },
  publishSlots: { ...place, until: half.start },
  importBusy: { ...place, source: "s", from: half.start, until: half.end, intervals: [] },
  createSlots: { ...place, slots: [half] },
  createManySlots: { ...place, slots: [half] },
  block: { slotId: "s" },
  unblock: { slotId: "s" },
  hold: { slotId: "s" },
  extend: { slotId: "s", holdToken: "t" },
  release: { slotId: "s", holdToken: "t" },
  breakHold: { slotId: "s", reason: "r" },
  book: { slotId: "s", subjectId: "p-1" },
  request: { slotId: "s", subjectId: "p-1" },
  accept: { appointmentId: "a" },
  decline: { appointmentId: "a", reason: "r" },
  offer: { appointmentId: "a", slotId: "s" },
  acceptOffer: { appointmentId: "a" },
  declineOffer: { appointmentId: "a" },
  reschedule: { appointmentId: "a", slotId: "s" },
  checkIn: { appointmentId: "a" },
  complete: { appointmentId: "a" },
  markNoShow: { appointmentId: "a" },
  cancel: { appointmentId: "a" },
  reconcile: {},
} satisfies Record<Exclude<CommandName, "repair"> | "createManySlots" | "reconcile", object>;

/** What is no answer to a question about what somebody may see. */
const wrongAnswers: readonly unknown[] = [
  true,
  false,
  null,
  0,
  [],
  {},
  { hide: "subjectId" },
  { hide: ["subjectld"] },
  { hide: [["subjectId"]] },
  { hide: ["subjectId"], show: ["metadata"] },
  { hide: null },
];

async function assertSeesNothing(engine: ActorEngine, appointmentId: string): Promise<void> {
  await refusal(engine.getAppointment(appointmentId), "appointment_not_found");
  const pages = [
    await engine.listAppointments({}),
    await engine.listSlots({}),
    await engine.history({ appointmentId }),
  ];
  for (const page of pages) assert.deepEqual(page, { items: [], nextCursor: null });
  await refusal(engine.reconcile({ dryRun: true }), "forbidden");
}

/** What `authorize` was shown of the commands so far. */
function watching(engineOf: (options: object) => Engine) {
  const asked: CommandRequest[] = [];
  const engine = engineOf({
    authorize: (request: AccessRequest) => void (request.action === "command" && asked.push(request)),
  });
  const shown = () => asked.splice(0).map(({ slot, slots }) => [slot?.id, slots.map(({ id }) => id)]);
  return { engine, shown };
}

const codeIn = (outcome: unknown) => (outcome as { readonly code?: string }).code;

export const accessActorCases: readonly ConformanceCase[] = [
  {
    key: "access.actor",
    title: "the commands of an actor's engine are that actor's, and an input that names an actor is refused",
    async run({ storage }) {
      const engine = engineOn(storage);
      const own = engine.as(provider);
      const created = await own.createSlots({ ...place, slots: [half] });
      const slotId = created.slots[0]?.id ?? "";
      await own.createManySlots({ ...place, slots: [{ start: minutes(30), end: minutes(60) }] });
      const { items } = await engine.listSlots({});
      for (const { id } of items) assert.deepEqual((await engine.history({ slotId: id })).items[0]?.actor, provider);
      for (const [name, input] of Object.entries(callsWithActor)) {
        const call = own[name as keyof typeof callsWithActor] as (input: object) => Promise<unknown>;
        for (const actor of [patient, provider, undefined, null]) {
          const { details } = await refusal(call({ ...input, actor }), "invalid_input");
          assert.match(details.issues[0]?.message ?? "", /unknown fields: "actor"/, name);
        }
      }
      const wish = { slotId, subjectId: "p-1", idempotencyKey: "once" };
      const first = await engine.book({ ...wish, actor: patient });
      assert.deepEqual(await engine.as(patient).book(wish), { ...first, replayed: true });
      await refusal(engine.as(stranger).book(wish), "slot_booked");
      assert.throws(
        () => engine.as({ kind: "patient" } as never),
        (error) => isBookingError(error, "invalid_input"),
      );
    },
  },
  {
    key: "access.own-reads",
    title: "reads of the engine itself are the host's own: nobody is asked about them, and they show everything",
    async run({ storage }) {
      const stage = await house(storage, {
        authorize: ({ action }) => assert.fail(`it was asked about a ${action}`),
      });
      const { engine, other, slots } = stage;
      assert.deepEqual(await engine.getAppointment(other.id), other);
      assert.equal((await engine.getSlot(slots[1]?.id ?? "")).appointmentId, other.id);
      assert.equal((await engine.listAppointments({})).items.length, 2);
      assert.equal((await engine.listSlots({})).items.length, slots.length);
      assert.equal((await engine.history({ appointmentId: other.id })).items.length, 1);
      assert.equal((await engine.checkSync(slots[1]?.id ?? "")).inSync, true);
    },
  },
  {
    key: "access.wrong-answers",
    title: "an answer that is none never counts as yes",
    async run({ storage }) {
      const stage = await house(storage);
      for (const answer of wrongAnswers) {
        for (const given of [answer, Promise.resolve(answer)]) {
          const authorize = () => given as never;
          const wrong = engineOn(storage, { authorize });
          await assertSeesNothing(wrong.as(desk), stage.own.id);
          const { details } = await refusal(wrong.as(desk).cancel({ appointmentId: stage.own.id }), "forbidden");
          assert.match(details.problem, /^authorize answered with an? .*must answer at once|^authorize answered with/);
        }
      }
      // A command has no fields to hide.
      const hides = engineOn(storage, { authorize: () => ({ hide: ["subjectId"] }) });
      const { details } = await refusal(hides.as(desk).cancel({ appointmentId: stage.own.id }), "forbidden");
      assert.match(details.problem, /^authorize answered with an object/);
      await refusal(hides.as(desk).reconcile({}), "forbidden");
      assert.equal((await stage.engine.getAppointment(stage.own.id)).version, 1);
    },
  },
  {
    key: "access.wrong-answers-warned",
    title: "an answer about a read that does not count is reported to onWarning, at most once a minute",
    async run({ storage }) {
      const warnings: Warning[] = [];
      const clock = manualClock();
      const options = { clock, onWarning: (warning: Warning) => void warnings.push(warning) };
      const { own } = await house(storage);
      const engine = engineOn(storage, { ...options, authorize: () => ({ hide: ["id"] }) as never }).as(desk);
      await refusal(engine.getAppointment(own.id), "appointment_not_found");
      assert.deepEqual((await engine.listSlots({})).items, []);
      assert.deepEqual(
        warnings.map(({ code, details }) => [code, details]),
        [["access_answer_ignored", { action: "read" }]],
      );
      assert.match(warnings[0]?.message ?? "", /^authorize answered with an object that names no field to hide/);
      clock.advance(60_000);
      await engine.history({ appointmentId: own.id });
      assert.equal(warnings.length, 2);
      await refusal(
        engineOn(storage, { ...options, authorize: () => "No." })
          .as(desk)
          .getAppointment(own.id),
        "appointment_not_found",
      );
      assert.equal(warnings.length, 2);
    },
  },
  {
    key: "access.asynchronous",
    title: "reads, lists, histories and reconcile wait for an answer, and what it throws passes through",
    async run({ storage }) {
      const later = () => new Promise<void>((resolve) => setImmediate(resolve));
      const stage = await house(storage, {}, (authorize) => (request) => {
        if (request.action === "command") return authorize(request);
        return later().then(() => authorize(request));
      });
      const engine = stage.engine.as(patient);
      assert.deepEqual(await engine.getAppointment(stage.own.id), stage.own);
      await refusal(engine.getAppointment(stage.other.id), "appointment_not_found");
      await refusal(engine.cancel({ appointmentId: stage.other.id }), "appointment_not_found");
      const { items } = await engine.listAppointments({});
      assert.deepEqual(items, [stage.own]);
      assert.equal((await stage.engine.as(provider).reconcile({})).scanned.slots, stage.slots.length);
      await refusal(engine.reconcile({}), "forbidden");
      const lost = new Error("The directory does not answer.");
      const failing = engineOn(storage, { authorize: () => later().then(() => Promise.reject(lost)) }).as(patient);
      const isLost = (error: unknown) => error === lost;
      await assert.rejects(failing.getAppointment(stage.own.id), isLost);
      await assert.rejects(failing.listSlots({}), isLost);
      await assert.rejects(failing.history({ appointmentId: stage.own.id }), isLost);
      await assert.rejects(failing.reconcile({}), isLost);
    },
  },
  {
    key: "access.found-slot",
    title: "a booking by time shows authorize the slot that was found, and so does accepting without a slot",
    async run({ storage }) {
      const { engine, shown } = watching((options) => engineOn(storage, options));
      const asked = await askFor(engine, half.start, half.end);
      assert.deepEqual(shown(), [[undefined, []]]);
      const [first, second] = await publish(engine, 2);
      assert.deepEqual(shown(), [[undefined, []]]);
      const next = { start: minutes(30), end: minutes(60) };
      const { appointment } = await engine.book({ actor: patient, ...place, ...next, subjectId: "p-1" });
      assert.deepEqual(appointment.slotIds, [second?.id]);
      assert.deepEqual(shown(), [[second?.id, [second?.id]]]);
      await engine.accept({ actor: provider, appointmentId: asked.id });
      assert.deepEqual(shown(), [
        [undefined, []],
        [first?.id, [first?.id]],
      ]);
      // What is in the way of new slots was not found for the command.
      const around = [-30, 60].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
      await engine.createSlots({ actor: provider, ...place, slots: around });
      assert.deepEqual(shown(), [[undefined, []]]);
      await engine.cancel({ actor: patient, appointmentId: asked.id });
      assert.equal(shown().length, 1);
      await assertSound(storage);
    },
  },
  {
    key: "access.found-slot-refused",
    title: "a booking by time is refused where authorize refuses the slot, and alternatives leave such slots out",
    async run({ storage }) {
      const stage = await house(storage);
      const [, , third, fourth] = stage.slots;
      const engine = engineOn(storage, {
        authorize: (request) =>
          request.action === "command" && request.slots.some(({ id }) => id === third?.id) ? "Kept free." : undefined,
      }).as(patient);
      const wish = { ...place, subjectId: "p-1", start: minutes(60), end: minutes(90), alternatives: 3 };
      const { details } = await refusal(engine.book(wish), "forbidden");
      assert.equal(details.problem, "Kept free.");
      const taken = await refusal(engine.book({ ...wish, start: minutes(0), end: minutes(30) }), "no_slot_available");
      assert.deepEqual(
        taken.details.alternatives?.map(({ slotId }) => slotId),
        [fourth?.id],
      );
      // The slot was given back to the others.
      await stage.engine.as(provider).book(wish);
      await assertSound(storage);
    },
  },
  {
    key: "access.hidden-slot",
    title: "a free slot that the actor may not see is not found for them, not offered, and given to others",
    async run({ storage }) {
      const { slots, reads, engine: open } = await house(storage);
      const hidden = slots[2]?.id ?? "";
      const engine = engineOn(storage, {
        // It leaves it to "read" and "list" to keep a slot from those who name it.
        authorize: (request) => {
          const isHidden = (slot: object) => "id" in slot && slot.id === hidden;
          if (request.action !== "command") return "record" in request && isHidden(request.record) ? "No." : undefined;
          return request.input.slotId === undefined && request.slots.some(isHidden) ? "No." : undefined;
        },
      });
      const own = engine.as(patient);
      const wish = { ...place, subjectId: "p-1", start: minutes(60), end: minutes(90), alternatives: 5 };
      const { outcome } = await reads(() => own.book(wish));
      const { outcome: absent } = await reads(() => own.book({ ...wish, start: minutes(900), end: minutes(930) }));
      assert.deepEqual([codeIn(outcome), codeIn(absent)], ["no_slot_available", "no_slot_available"]);
      const taken = await refusal(
        own.book({ slotId: slots[0]?.id ?? "", subjectId: "p-1", alternatives: 5 }),
        "slot_booked",
      );
      assert.deepEqual(
        taken.details.alternatives?.map(({ slotId }) => slotId),
        [slots[3]?.id],
      );
      const asked = await own.book({ ...wish, ifNoSlot: "schedule" });
      assert.equal(asked.appointment.status, "scheduled");
      await refusal(own.accept({ appointmentId: asked.appointment.id }), "no_slot_available");
      const other = await open.as(provider).book(wish);
      assert.deepEqual(other.appointment.slotIds, [hidden]);
      await assertSound(storage);
    },
  },
  {
    key: "access.reconcile",
    title: "reconcile asks authorize once, on the engine and on an actor's, and repairs nothing if the answer is no",
    async run({ storage, corrupt }) {
      const asked: unknown[] = [];
      const engine = engineOn(storage, {
        authorize: (request) => {
          if (request.action !== "reconcile") return undefined;
          asked.push(request.input);
          return request.actor.kind === "provider" ? undefined : "Only providers may.";
        },
      });
      const [slot] = await publish(engine);
      assert.ok(slot);
      await corrupt({ put: [{ ...slot, status: "booked" }] });
      const { details } = await refusal(engine.as(patient).reconcile({}), "forbidden");
      assert.deepEqual(details, { command: "reconcile", actorId: "p-1", problem: "Only providers may." });
      await refusal(engine.reconcile({ actor: patient }), "forbidden");
      assert.equal((await engine.getSlot(slot.id)).status, "booked");
      const from = minutes(-30);
      assert.equal((await engine.as(provider).reconcile({ from, onFinding: () => {} })).repaired, 1);
      assert.equal(asked.length, 3);
      assert.deepEqual(asked[2], { actor: provider, dryRun: false, keepFindings: 1000, from });
      assert.deepEqual((await pagesOf(({ cursor }) => engine.history({ slotId: slot.id, cursor }), 100)).length, 1);
    },
  },
];
