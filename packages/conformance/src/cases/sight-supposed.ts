import assert from "node:assert/strict";
import { buffer, maximumPerDay, type Policy } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
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
];
