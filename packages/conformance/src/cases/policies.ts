import assert from "node:assert/strict";
import {
  type Actor,
  type AudienceOf,
  cancelDeadline,
  isBookingError,
  maximumHolds,
  maximumHorizon,
  maximumRequestAge,
  minimumNotice,
  notInThePast,
  type Policy,
  type Preview,
  rescheduleDeadline,
  type StorageAdapter,
} from "@slotwright/core";
import { askFor, assertSound, engineOn, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const audienceOf: AudienceOf = ({ kind }: Actor) => (kind === "patient" ? "self_service" : "staff");
const selfService = ["self_service"] as const;

/** An engine whose clock stands so many minutes after nine o'clock, where the first slot begins. */
function engineAt(storage: StorageAdapter, afterNine: number, ...policies: readonly Policy[]) {
  const clock = { now: () => minutes(afterNine), sleep: async () => {} };
  return engineOn(storage, { clock, policies, audienceOf });
}

/** Two free slots of half an hour, from nine o'clock. */
async function twoSlots(storage: StorageAdapter): Promise<readonly [string, string]> {
  return (await publish(engineAt(storage, -600), 2)).map(({ id }) => id) as [string, string];
}

const forPatient = { actor: patient, subjectId: "p-1" } as const;
const byStaff = { actor: provider, subjectId: "p-1" } as const;

export const policyCases: readonly ConformanceCase[] = [
  {
    key: "policies.past",
    title: "self-service takes no time that has begun, in any way to take one, and staff may",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const { appointment } = await engineAt(storage, -60).book({ ...forPatient, slotId: second });
      const late = engineAt(storage, 1);
      const past = async (call: Promise<unknown>) => (await refusal(call, "policy_violation")).details;
      const { policy, problem, values } = await past(late.hold({ actor: patient, slotId: first }));
      assert.deepEqual([policy, values], ["not_in_the_past", { start: minutes(0).toISOString() }]);
      assert.match(problem, /has begun already/);
      await past(late.book({ ...forPatient, slotId: first }));
      await past(late.book({ ...forPatient, ...place, start: minutes(0), end: minutes(30) }));
      await past(late.reschedule({ actor: patient, appointmentId: appointment.id, slotId: first }));
      await late.book({ ...byStaff, slotId: first });
      await assertSound(storage);
    },
  },
  {
    key: "policies.ahead",
    title: "a time is taken neither too soon before it begins nor too far ahead, to the millisecond",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const policies = [
        minimumNotice({ minutes: 120, audience: selfService }),
        maximumHorizon({ minutes: 24 * 60, audience: selfService }),
      ];
      const at = (afterNine: number) => engineAt(storage, afterNine, ...policies);
      const named = async (call: Promise<unknown>) => (await refusal(call, "policy_violation")).details.policy;
      const book = (afterNine: number, slotId: string) => at(afterNine).book({ ...forPatient, slotId });
      assert.equal(await named(book(-120 + 1 / 60_000, first)), "minimum_notice");
      assert.equal(await named(book(-24 * 60 - 1 / 60_000, first)), "maximum_horizon");
      await book(-120, first);
      await book(30 - 24 * 60, second);
      await assertSound(storage);
    },
  },
  {
    key: "policies.ahead-several",
    title:
      "of several times that a command takes or asks for, none is too soon or too far ahead, in whichever order they are named",
    async run({ storage }) {
      const [near, also] = await twoSlots(storage);
      const times = [-600 + 60, 3 * 24 * 60].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
      const created = await engineAt(storage, -600).createSlots({ actor: provider, ...place, slots: times });
      const [soon, far] = created.slots.map(({ id }) => id) as [string, string];
      const horizons = [maximumHorizon({ minutes: 24 * 60 }), maximumHorizon({ days: 1 })];
      const named = async (call: Promise<unknown>) => (await refusal(call, "policy_violation")).details.policy;
      for (const horizon of horizons) {
        const engine = engineAt(storage, -600, horizon, minimumNotice({ minutes: 120 }));
        for (const [slotId, other, policy] of [
          [near, far, "maximum_horizon"],
          [far, near, "maximum_horizon"],
          [near, soon, "minimum_notice"],
          [soon, near, "minimum_notice"],
        ] as const) {
          assert.equal(await named(engine.hold({ actor: patient, slotId, alsoSlotIds: [other] })), policy);
          assert.equal(await named(engine.request({ ...forPatient, slotId, orSlotIds: [other] })), policy);
        }
        const { holdToken } = await engine.hold({ actor: patient, slotId: near, alsoSlotIds: [also] });
        await engine.release({ actor: patient, slotId: near, alsoSlotIds: [also], holdToken });
      }
      await assertSound(storage);
    },
  },
  {
    key: "policies.offered",
    title: "notice and horizon hold for who offers a time, not for who accepts it, unless it has begun meanwhile",
    async run({ storage }) {
      const [asked, soon] = await twoSlots(storage);
      const days = [{ start: minutes(3 * 24 * 60), end: minutes(3 * 24 * 60 + 30) }];
      const { slots } = await engineAt(storage, -600).createSlots({ actor: provider, ...place, slots: days });
      const policies = [
        minimumNotice({ minutes: 120, audience: selfService }),
        maximumHorizon({ minutes: 24 * 60, audience: selfService }),
      ];
      const at = (afterNine: number) => engineAt(storage, afterNine, ...policies);
      const named = async (call: Promise<unknown>) => (await refusal(call, "policy_violation")).details.policy;
      for (const [slotId, policy] of [
        [soon, "minimum_notice"],
        [slots[0]?.id ?? "", "maximum_horizon"],
      ] as const) {
        const { appointment } = await at(-600).request({ ...forPatient, slotId: asked });
        const of = { appointmentId: appointment.id };
        const offer = { ...of, slotId, seconds: 7200 };
        assert.equal(await named(at(-30).offer({ actor: patient, ...offer })), policy);
        await at(-30).offer({ actor: provider, ...offer });
        assert.equal(await named(at(-30).book({ ...forPatient, slotId: asked })), "minimum_notice");
        if (slotId === soon) {
          const late = at(30 + 1 / 60_000).acceptOffer({ actor: patient, ...of });
          assert.equal(await named(late), "not_in_the_past");
        }
        assert.ok((await at(-30).preview("acceptOffer", { actor: patient, ...of })).possible);
        await at(-30).acceptOffer({ actor: patient, ...of });
      }
      await assertSound(storage);
    },
  },
  {
    key: "policies.deadlines",
    title: "an appointment is cancelled and moved until its deadline, by the time that it has before it is moved",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const policies = [
        cancelDeadline({ minutes: 60, audience: selfService }),
        rescheduleDeadline({ minutes: 90, audience: selfService }),
      ];
      const at = (afterNine: number) => engineAt(storage, afterNine, ...policies);
      const { appointment } = await at(-600).book({ ...forPatient, slotId: first });
      const of = { actor: patient, appointmentId: appointment.id };
      const tooLate = async (call: Promise<unknown>) => (await refusal(call, "policy_violation")).details;
      const { policy, values } = await tooLate(at(-89).reschedule({ ...of, slotId: second }));
      assert.deepEqual([policy, values], ["reschedule_deadline", { minutes: 90, until: minutes(-90).toISOString() }]);
      await at(-90).reschedule({ ...of, slotId: second });
      assert.equal((await tooLate(at(-29).cancel(of))).policy, "cancel_deadline");
      await at(-30).cancel(of);
      await assertSound(storage);
    },
  },
  {
    key: "policies.request-age",
    title: "a request is accepted until it is too old, and can be cancelled at any time",
    async run({ storage }) {
      const policies = [maximumRequestAge({ minutes: 60 }), cancelDeadline({ minutes: 10_000 })];
      const at = (afterNine: number) => engineAt(storage, afterNine, ...policies);
      const { id: appointmentId } = await askFor(at(-600), minutes(0), minutes(30));
      await publish(at(-600), 1);
      const accept = { actor: provider, appointmentId };
      const { details } = await refusal(at(-539).accept(accept), "policy_violation");
      assert.equal(details.policy, "maximum_request_age");
      await at(-540).accept(accept);
      const { id: other } = await askFor(at(-600), minutes(60), minutes(90));
      await at(59).cancel({ actor: patient, appointmentId: other });
      await assertSound(storage);
    },
  },
  {
    key: "policies.helps",
    title: "a preview says what would help against each policy, as the policy itself knows",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const own = (name: string, helps: unknown): Policy => ({
        name,
        check: ({ command }) => (command === "block" ? { problem: "No.", helps: helps as [] } : undefined),
      });
      const engine = engineAt(
        storage,
        -60,
        ...[cancelDeadline({ minutes: 120 }), rescheduleDeadline({ minutes: 120 }), maximumRequestAge({ minutes: 60 })],
        ...[maximumHorizon({ minutes: 30 }), maximumHolds({ count: 1 }), minimumNotice({ minutes: 120 })],
        ...[own("later", ["later"]), own("never", []), own("silent", undefined), own("wrong", ["money"])],
      );
      const { appointment } = await engineAt(storage, -600).book({ ...forPatient, slotId: first });
      const { id: waiting } = await askFor(engineAt(storage, -600), minutes(0), minutes(30));
      const holding = { actor: patient, holderId: "p-1" };
      await engineAt(storage, -60).hold({ ...holding, slotId: second });
      const later = [{ start: minutes(90), end: minutes(120) }];
      const { slots } = await engineAt(storage, -600).createSlots({ actor: provider, ...place, slots: later });
      const other = slots[0]?.id ?? "";
      const helpsOf = async (preview: Promise<Preview<object>>) => {
        const answer = await preview;
        const reasons = answer.possible ? [] : answer.reasons;
        return reasons.flatMap(({ error, helps }) =>
          isBookingError(error, "policy_violation") ? [[error.details.policy, helps.join(" ")]] : [],
        );
      };
      const of = { actor: patient, appointmentId: appointment.id };
      const horizon = ["maximum_horizon", "another_time more_rights later"];
      assert.deepEqual(await helpsOf(engine.preview("cancel", of)), [["cancel_deadline", "more_rights"]]);
      const moved = await helpsOf(engine.preview("reschedule", { ...of, slotId: other }));
      assert.deepEqual(moved, [["reschedule_deadline", "more_rights"], horizon]);
      const accepted = await helpsOf(
        engine.preview("accept", { actor: provider, appointmentId: waiting, slotId: first }),
      );
      assert.deepEqual(accepted[0], ["maximum_request_age", "more_rights"]);
      const held = await helpsOf(engine.preview("hold", { ...holding, slotId: other }));
      assert.deepEqual(held, [horizon, ["maximum_holds", "more_rights later"]]);
      const nobody = await helpsOf(engine.preview("hold", { actor: patient, slotId: other }));
      assert.deepEqual(nobody, [horizon, ["maximum_holds", "more_rights"]]);
      const usual = "another_time more_rights";
      assert.deepEqual(await helpsOf(engine.preview("block", { actor: provider, slotId: other })), [
        ["later", "later"],
        ["never", ""],
        ["silent", usual],
        ["wrong", usual],
      ]);
      const soon = await helpsOf(engine.preview("book", { ...byStaff, slotId: second }));
      assert.ok(soon.some(([policy, helps]) => policy === "minimum_notice" && helps === usual));
    },
  },
  {
    key: "policies.alternatives",
    title: "what a policy refuses is answered with other times that the policies allow",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const engine = engineAt(storage, 1, notInThePast());
      const book = { ...forPatient, alternatives: 3 };
      const time = { ...place, start: minutes(0), end: minutes(30) };
      for (const wanted of [{ slotId: first }, time]) {
        const { details } = await refusal(engine.book({ ...book, ...wanted }), "policy_violation");
        assert.deepEqual(
          details.alternatives?.map(({ slotId }) => slotId),
          [second],
        );
      }
      await engine.book({ ...book, slotId: second });
    },
  },
  {
    key: "policies.before",
    title: "a policy sees the records as they are and as they would become",
    async run({ storage }) {
      const [first, second] = await twoSlots(storage);
      const shown: unknown[] = [];
      const watch: Policy = {
        name: "watch",
        check({ command, slots, appointments, before }) {
          const brief = (all: readonly { readonly status: string; readonly version: number }[]) =>
            all.map(({ status, version }) => `${status} ${version}`);
          shown.push([command, brief(before.slots), brief(slots), brief(before.appointments), brief(appointments)]);
          return undefined;
        },
      };
      const engine = engineAt(storage, -600, watch);
      const { appointment } = await engine.book({ ...forPatient, slotId: first });
      await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: second });
      const booking = ["book", ["available 1"], ["booked 2"], [], ["confirmed 1"]];
      const moving = [
        "reschedule",
        ["booked 2", "available 1"],
        ["available 3", "booked 2"],
        ["confirmed 1"],
        ["confirmed 2"],
      ];
      assert.deepEqual(shown, [booking, moving]);
    },
  },
];
