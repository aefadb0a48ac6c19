import assert from "node:assert/strict";
import type { Engine } from "@slotwright/core";
import {
  askFor,
  assertSound,
  engineOn,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
  tally,
} from "../fixtures.ts";
import type { ConformanceCase, ConformanceStore } from "../harness.ts";

const slots = [{ start: minutes(0), end: minutes(30) }];
const elsewhere = { ...place, facilityId: "south" };

/** Slots of one provider at one time, at two facilities. If the provider may not overlap anywhere, one is too many. */
const createAt = (engine: Engine, facilityId: string) =>
  engine.createSlots({ actor: provider, ...place, facilityId, slots });

/** Engines of both scopes create the provider's first schedule at the same moment. */
async function raceScopes({ storage, second }: ConformanceStore): Promise<void> {
  const rivals = [engineOn(storage, { overlapScope: "facility" }), engineOn(second, { overlapScope: "provider" })];
  const outcomes = await tally(rivals.map((engine, index) => createAt(engine, `f-${index}`)));
  assert.deepEqual(outcomes, { ok: 1, settings_mismatch: 1 });
  const found = await second.findSlots({ providerIds: [place.providerId], asOf: minutes(0), limit: 10 });
  assert.equal(found.length, 1);
}

export const settingsCases: readonly ConformanceCase[] = [
  {
    key: "settings.scopes-at-once",
    title: "of two engines with different overlapScopes that start at the same moment, one is refused",
    async run({ open }) {
      for (let round = 0; round < 4; round += 1) await raceScopes(await open());
    },
  },
  {
    key: "settings.mismatch",
    title:
      "an engine with an overlapScope that differs from the stored one is refused every command, and writes nothing",
    async run({ storage, second }) {
      const first = engineOn(storage);
      const [slot] = await publish(first);
      assert.ok(slot);
      const other = engineOn(second, { overlapScope: "provider" });
      const { details } = await refusal(createAt(other, "south"), "settings_mismatch");
      assert.deepEqual(details, { setting: "overlapScope", expected: "provider", actual: "facility" });
      await refusal(other.book({ actor: patient, slotId: slot.id, subjectId: "p-1" }), "settings_mismatch");
      await refusal(askFor(other, minutes(90), minutes(120)), "settings_mismatch");
      await refusal(other.createManySlots({ actor: provider, ...elsewhere, slots }), "settings_mismatch");
      const everything = { providerIds: [place.providerId] };
      assert.deepEqual((await other.listSlots(everything)).items, [slot]);
      assert.deepEqual((await other.listAppointments(everything)).items, []);
      await createAt(first, "south");
      await assertSound(second);
    },
  },
  {
    key: "settings.same",
    title: "engines with the same overlapScope run side by side, whichever comes first",
    async run({ storage, second }) {
      const engines = [storage, second, storage].map((one) => engineOn(one, { overlapScope: "provider" }));
      const outcomes = await tally(engines.map((engine, index) => createAt(engine, `f-${index}`)));
      assert.deepEqual(outcomes, { ok: 1, slot_overlap: 2 });
      await refusal(createAt(engineOn(second, { overlapScope: "provider" }), "south"), "slot_overlap");
    },
  },
  {
    key: "settings.within-rollback",
    title: "an overlapScope that vanished with a host's transaction binds no engine, not even the one that stored it",
    async run({ storage, second, beginHostTransaction }) {
      const everywhere = engineOn(storage, { overlapScope: "provider" });
      const host = await beginHostTransaction();
      await createAt(everywhere.within(host.transaction), "north");
      await createAt(everywhere.within(host.transaction), "east").catch(() => {});
      await host.rollback();
      await createAt(engineOn(second), "north");
      await refusal(createAt(everywhere, "south"), "settings_mismatch");
      const next = await beginHostTransaction();
      await refusal(createAt(everywhere.within(next.transaction), "south"), "settings_mismatch");
      await createAt(engineOn(storage).within(next.transaction), "south");
      await next.commit();
      const found = await second.findSlots({ providerIds: [place.providerId], asOf: minutes(0), limit: 10 });
      assert.deepEqual(found.map(({ facilityId }) => facilityId).sort(), ["north", "south"]);
    },
  },
  {
    key: "settings.within-commit",
    title: "an overlapScope that a host's transaction committed binds all engines",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const host = await beginHostTransaction();
      await createAt(engine.within(host.transaction), "north");
      await host.commit();
      await refusal(createAt(engineOn(second, { overlapScope: "provider" }), "east"), "settings_mismatch");
      await createAt(engine, "south");
      await assertSound(second);
    },
  },
];
