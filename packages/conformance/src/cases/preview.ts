import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  type AccessRequest,
  buffer,
  type Engine,
  isBookingError,
  maximumAppointments,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type Policy,
  type Preview,
} from "@slotwright/core";
import { hostCommandNames } from "@slotwright/core/client";
import fc from "fast-check";
import { attempt } from "../ask.ts";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { anyIntent, emptyWorld } from "../intents.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";
import { until } from "../until.ts";

/** Commands in one random sequence. */
const sequenceLength = 60;

/** Policies that a random world meets now and then. What they see is what the world has done before. */
const policies: readonly Policy[] = [
  buffer({ beforeMinutes: 0, afterMinutes: 5 }),
  noOverlapOfSubject(),
  maximumAppointments({ count: 2, minutes: 30, withOneProvider: true }),
  maximumPerDay({ count: 4 }),
  minimumNotice({ minutes: 24 * 60 + 9 * 60 + 15 }),
  { name: "even", check: ({ appointments: [first] }) => (first?.subjectId.endsWith("3") ? "Not p-3." : undefined) },
];

const authorize = ({ action, actor }: AccessRequest) =>
  action === "command" && actor.kind === "stranger" ? "Strangers may not." : undefined;

const codesOf = (answer: Preview<unknown>): readonly string[] =>
  answer.possible ? ["possible"] : answer.reasons.map(({ error }) => error.code);

type Disagreement = { readonly command: string; readonly preview: readonly string[]; readonly answer: string };

/** The engine, which previews each command before it is given, and notes where both disagree. */
function previewing(engine: Engine, disagreements: Disagreement[]): Engine {
  return new Proxy(engine, {
    get(target, name, receiver) {
      const call = Reflect.get(target, name, receiver);
      const command = hostCommandNames.find((one) => one === name);
      return command === undefined ? call : previewedCall(engine, command as "book", call, disagreements);
    },
  });
}

function previewedCall(engine: Engine, command: "book", call: Engine["book"], disagreements: Disagreement[]) {
  return async ({ idempotencyKey, ...input }: Parameters<Engine["book"]>[0]) => {
    const preview = codesOf(await engine.preview(command, input));
    const note = (answer: string) => {
      if (preview[0] !== answer) disagreements.push({ command, preview, answer });
    };
    try {
      const answer = await call({ ...input, ...(idempotencyKey && { idempotencyKey }) });
      if (!("replayed" in answer)) note("possible");
      return answer;
    } catch (error) {
      if (isBookingError(error) && error.code !== "idempotency_key_reused") note(error.code);
      throw error;
    }
  };
}

export const previewCases: readonly ConformanceCase[] = [
  {
    key: "preview.agrees",
    title:
      "a preview and the command that follows at once agree: what is possible succeeds, and the first reason is the refusal",
    async run({ open, propertyRuns }) {
      const sequences = fc.array(anyIntent, { minLength: sequenceLength, maxLength: sequenceLength, size: "max" });
      const property = fc.asyncProperty(sequences, async (intents) => {
        const { storage, close } = await open();
        const disagreements: Disagreement[] = [];
        const clock = manualClock();
        const engine = previewing(engineOn(storage, { clock, policies, authorize }), disagreements);
        const world = emptyWorld();
        for (const intent of intents) {
          clock.advance(500);
          await attempt(intent, engine, world);
        }
        assert.deepEqual(disagreements, []);
        await close();
      });
      await checkProperty(property, propertyRuns);
    },
  },
  {
    key: "preview.no-effect",
    title: "a preview changes nothing, journals nothing, and tells what the command would return",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      const slotId = slot?.id ?? "";
      const before = await engine.changes({});
      const answer = await engine.preview("book", { actor: patient, slotId, subjectId: "p-1" });
      assert.ok(answer.possible);
      assert.deepEqual([answer.result.appointment.status, answer.result.slots[0]?.status], ["confirmed", "booked"]);
      await engine.preview("hold", { actor: patient, slotId });
      assert.deepEqual(await engine.changes({}), before);
      await engine.book({ actor: patient, slotId, subjectId: "p-1" });
    },
  },
  {
    key: "preview.all-reasons",
    title: "a preview gives all reasons, each with what is in the way and what would help",
    async run({ storage }) {
      const strict: Policy = { name: "strict", check: () => ({ problem: "Not today.", values: { day: 1 } }) };
      const [first, second, third] = (await publish(engineOn(storage), 3)).map(({ id }) => id) as [
        string,
        string,
        string,
      ];
      const engine = engineOn(storage, { policies: [strict, { ...strict, name: "stricter" }] });
      await engineOn(storage).book({ actor: patient, slotId: first, subjectId: "p-1" });
      await engineOn(storage).block({ actor: provider, slotId: second });
      const wanted = { slotId: first, alsoSlotIds: [second, third], start: minutes(0), end: minutes(20), ifVersion: 1 };
      const answer = await engine.preview("book", { actor: patient, subjectId: "p-2", ...wanted });
      assert.ok(!answer.possible);
      const brief = answer.reasons.map(({ error, helps, blockedBy }) => [error.code, blockedBy?.id, helps]);
      assert.deepEqual(brief, [
        ["version_conflict", first, []],
        ["slot_booked", first, ["another_time"]],
        ["slot_blocked", second, ["another_time"]],
        ["time_mismatch", second, ["another_time"]],
        ["time_mismatch", third, ["another_time"]],
        ["policy_violation", undefined, ["another_time", "more_rights"]],
        ["policy_violation", undefined, ["another_time", "more_rights"]],
      ]);
    },
  },
  {
    key: "preview.input",
    title: "a preview refuses an input that the command would refuse, a key, and what is no command",
    async run({ storage }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      const input = { actor: patient, slotId: slot?.id ?? "", subjectId: "p-1" };
      const place = { actor: patient, providerId: "p", facilityId: "f", timeZone: "UTC" };
      const hours = { ...place, hours: { openings: "published", offer: { minutes: 30 }, weekly: [] } };
      const wrong: readonly [string, object][] = [
        ["book", { ...input, subjectId: "" }],
        ["book", { ...input, alsoSlotIds: [input.slotId] }],
        ["book", { ...input, override: [{ policy: "none", reason: "x" }] }],
        ["book", { ...input, idempotencyKey: "once" }],
        ["setAvailability", { ...hours, dryRun: true }],
        ["reconcile", input],
      ];
      for (const [command, bad] of wrong) {
        await refusal(engine.preview(command as "book", bad as typeof input), "invalid_input");
      }
      // What gives many commands is no command, and the refusal says what there is in place of a preview.
      const instead = { publishSlots: "dryRun", importBusy: "dryRun", createManySlots: "createSlots" };
      for (const [call, way] of Object.entries(instead)) {
        const { details, message } = await refusal(engine.preview(call as "book", input), "invalid_input");
        assert.match(message, new RegExp(`${call} gives many: .*${way}`));
        assert.ok(details.issues[0]?.options?.includes("createSlots"));
      }
    },
  },
  {
    key: "preview.access",
    title: "a preview of an actor tells no more than their command would",
    async run({ storage }) {
      const [slot] = await publish(engineOn(storage));
      const slotId = slot?.id ?? "";
      const { appointment } = await engineOn(storage).book({ actor: patient, slotId, subjectId: "p-1" });
      const hidesOthers = (request: AccessRequest) =>
        request.action !== "reconcile" && request.actor.id !== "p-1" ? "Not yours." : undefined;
      const stranger = engineOn(storage, { authorize: hidesOthers }).as({ kind: "patient", id: "p-2" });
      for (const appointmentId of [appointment.id, "none"]) {
        const answer = await stranger.preview("cancel", { appointmentId });
        assert.deepEqual(codesOf(answer), ["appointment_not_found"]);
        assert.ok(!answer.possible);
        assert.deepEqual(answer.reasons[0].blockedBy, null);
      }
    },
  },
  {
    key: "preview.within",
    title: "a preview within a host's transaction sees what the transaction did",
    async run({ storage, beginHostTransaction }) {
      const [slot] = await publish(engineOn(storage));
      const slotId = slot?.id ?? "";
      const { transaction, commit } = await beginHostTransaction();
      const inside = engineOn(storage).within(transaction as never);
      const book = { actor: patient, slotId, subjectId: "p-1" };
      assert.deepEqual(codesOf(await inside.preview("book", book)), ["possible"]);
      await inside.book(book);
      assert.deepEqual(codesOf(await inside.preview("book", book)), ["slot_booked"]);
      await commit();
      assert.deepEqual(codesOf(await engineOn(storage).preview("book", { ...book, ...place })), ["slot_booked"]);
    },
  },
  {
    key: "preview.locks",
    title: "a preview within a host's transaction locks what the command would, until the transaction ends",
    async run({ storage, second, beginHostTransaction }) {
      const { id: slotId } = await publishOne(engineOn(storage));
      const host = await beginHostTransaction();
      const inside = engineOn(storage).within(host.transaction as never);
      const book = { actor: patient, slotId, subjectId: "p-1" };
      assert.deepEqual(codesOf(await inside.preview("book", book)), ["possible"]);
      let isAsked = false;
      const noting = aroundCalls((call, proceed) => {
        isAsked ||= call === "commit";
        return proceed();
      });
      const patientRival = engineOn(intercepted(second, noting), { retry: { budgetMs: 60_000 } });
      const rival = patientRival.book({ ...book, subjectId: "p-2" });
      const nobody = until(() => isAsked, "the rival commits").then(() => pause(100, "nobody"));
      const first = Promise.race([rival, nobody]).catch((error: unknown) => error);
      assert.equal(await first, "nobody", "Somebody was faster than the transaction that had locked the slot.");
      await inside.book(book);
      await host.commit();
      await refusal(rival, "slot_booked");
    },
  },
];
