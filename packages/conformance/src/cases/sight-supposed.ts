import assert from "node:assert/strict";
import { buffer, maximumPerDay, type Policy } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { computed } from "./computed.ts";
import { engineWith, id, refusedBy, slotsAt } from "./sight-stage.ts";

const zoneOfDoctor = "Europe/Berlin";
const zoneOfRoom = "America/New_York";
const inRoom = { providerId: "room", timeZone: zoneOfRoom };
const ben = { actor: patient, subjectId: "p-2" } as const;

/** Refuses what it may not know the day of, as a host's own policy would throw there. */
const needsZones: Policy = {
  name: "needs_zones",
  sees: { timeZone: true },
  check({ command, slots, before, timeZone, timeZones }) {
    if (command !== "accept" && command !== "reschedule") return undefined;
    const taken = slots.filter(({ status }) => status === "booked");
    const zoneOf = { [place.providerId]: zoneOfDoctor, room: zoneOfRoom };
    const isKnown = [...taken, ...before.slots].every(
      ({ providerId, scheduleId }) => timeZones[scheduleId] === zoneOf[providerId as keyof typeof zoneOf],
    );
    return isKnown && timeZone === zoneOfDoctor ? undefined : `The zones are ${JSON.stringify(timeZones)}.`;
  },
};

/** What is asked of policies about slots that the command itself has not found. */
export const sightSupposedCases: readonly ConformanceCase[] = [
  {
    key: "sight.supposed-further",
    title:
      "a preview of accept names what lies around the further slots before there is a slot at the time that was asked for, as afterwards",
    async run({ storage }) {
      const policies = [buffer({ beforeMinutes: 10, afterMinutes: 10 }), maximumPerDay({ count: 1 }), needsZones];
      const engine = engineWith(storage, policies);
      await slotsAt(storage, [[0, 30]], { timeZone: zoneOfDoctor });
      const times = [[180, 210] as const, [210, 240] as const];
      const rooms = await slotsAt(storage, times, inRoom);
      await engine.book({ ...ben, slotId: id(rooms, 1) });
      const wanted = { ...place, start: minutes(180), end: minutes(210) };
      const { appointment } = await engine.request({ actor: patient, subjectId: "p-1", ...wanted });
      const input = { actor: provider, appointmentId: appointment.id, alsoSlotIds: [id(rooms, 0)] };
      const reasons = async () => {
        const preview = await engine.preview("accept", input);
        assert.ok(!preview.possible);
        return preview.reasons.map(({ error }) => [error.code, (error.details as { readonly policy?: string }).policy]);
      };
      const ofPolicies = [
        ["policy_violation", "buffer"],
        ["policy_violation", "maximum_per_day"],
      ];
      assert.deepEqual(await reasons(), [["no_slot_available", undefined], ...ofPolicies]);
      await refusal(engine.accept(input), "no_slot_available");
      await slotsAt(storage, [[180, 210]], { timeZone: zoneOfDoctor });
      assert.deepEqual(await reasons(), ofPolicies);
      assert.equal((await refusedBy(engine.accept(input))).policy, "buffer");
      await assertSound(storage);
    },
  },
  {
    key: "sight.given-up-zones",
    title:
      "the alternatives of a move to a time without a slot are those that a policy agrees to that knows the zones of what is given up",
    async run({ storage }) {
      const engine = engineWith(storage, [needsZones]);
      const [first, second] = await slotsAt(
        storage,
        [
          [0, 30],
          [60, 90],
        ],
        { timeZone: zoneOfDoctor },
      );
      const rooms = await slotsAt(storage, [[0, 30]], inRoom);
      const both = { slotId: first ?? "", alsoSlotIds: [...rooms] };
      const { appointment } = await engine.book({ actor: patient, subjectId: "p-1", ...both });
      const moved = { actor: patient, appointmentId: appointment.id };
      const wanted = { ...moved, start: minutes(300), end: minutes(330), alternatives: 1 };
      const offered = { slotId: second, start: minutes(60), end: minutes(90) };
      for (const input of [wanted, { ...wanted, holdToken: "gone" }]) {
        const { details } = await refusal(engine.reschedule(input), "no_slot_available");
        assert.deepEqual(details.alternatives, [offered]);
        const preview = await engine.preview("reschedule", input);
        assert.ok(!preview.possible);
        assert.deepEqual(preview.reasons[0].error.details, details);
      }
      await engine.setAvailability({
        actor: provider,
        ...place,
        timeZone: zoneOfDoctor,
        hours: computed("08:00", "18:00"),
      });
      // With a token, the hours are read for the alternatives only.
      const { details } = await refusal(engine.reschedule({ ...wanted, holdToken: "gone" }), "no_slot_available");
      const opening = { slotId: null, start: wanted.start, end: wanted.end };
      assert.deepEqual(details.alternatives, [opening]);
      assert.equal((await engine.reschedule(wanted)).freedSlots.length, 2);
      await assertSound(storage);
    },
  },
  {
    key: "sight.further-alternatives",
    title:
      "the alternatives of accepting with a token that holds nothing are not refused for what lies around further slots",
    async run({ storage }) {
      const engine = engineWith(storage, [buffer({ beforeMinutes: 10, afterMinutes: 10 }), needsZones]);
      const [free] = await slotsAt(storage, [[180, 210]], { timeZone: zoneOfDoctor });
      const times = [[180, 210] as const, [210, 240] as const];
      const rooms = await slotsAt(storage, times, inRoom);
      const wanted = { ...place, start: minutes(180), end: minutes(210) };
      const asked = (await engine.request({ actor: patient, subjectId: "p-1", ...wanted })).appointment;
      const input = { actor: provider, appointmentId: asked.id, alsoSlotIds: [id(rooms, 0)] };
      const offered = async () => {
        const call = engine.accept({ ...input, holdToken: "gone", alternatives: 3 });
        return (await refusal(call, "no_slot_available")).details.alternatives?.map(({ slotId }) => slotId);
      };
      assert.deepEqual(await offered(), [free]);
      const { appointment } = await engine.book({ ...ben, slotId: id(rooms, 1) });
      assert.deepEqual(await offered(), []);
      assert.equal((await refusedBy(engine.accept({ ...input, slotId: free ?? "" }))).policy, "buffer");
      await engine.cancel({ actor: patient, appointmentId: appointment.id });
      await engine.accept({ ...input, slotId: free ?? "" });
      await assertSound(storage);
    },
  },
];
