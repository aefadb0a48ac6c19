import assert from "node:assert/strict";
import type { CreatedSoFar, Engine, NewSlotInput } from "@slotwright/core";
import { assertSound, engineOn, minutes, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const key = { idempotencyKey: "year" };
const call = { actor: provider, ...place, ...key, chunkSize: 50 };

/** Half hours, one after another. */
function* halfHours(count: number): Generator<NewSlotInput> {
  for (let index = 0; index < count; index++) yield { start: minutes(index * 30), end: minutes(index * 30 + 30) };
}

async function* streamed(count: number): AsyncGenerator<NewSlotInput> {
  yield* halfHours(count);
}

async function stored(engine: Engine): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await engine.listSlots({ limit: 500, ...(cursor && { cursor }) });
    count += page.items.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}

export const manySlotsCases: readonly ConformanceCase[] = [
  {
    key: "booking.many-slots",
    title: "createManySlots takes any iterable, reports each chunk, and counts the seats of group slots",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const seen: CreatedSoFar[] = [];
      const onProgress = (created: CreatedSoFar) => seen.push(created);
      assert.deepEqual(await engine.createManySlots({ ...call, slots: streamed(120), onProgress }), seen.at(-1));
      const expected = [50, 100, 120].map((inputs) => ({ ...key, inputs, slots: inputs }));
      assert.deepEqual(seen, expected);
      const groups = [...halfHours(12)].map((slot) => ({ ...slot, capacity: 20 }));
      const created = await engine.createManySlots({
        ...call,
        facilityId: "south",
        idempotencyKey: "g",
        slots: groups,
      });
      assert.deepEqual(created, { idempotencyKey: "g", inputs: 12, slots: 240 });
      assert.equal(await stored(engineOn(second)), 360);
      await assertSound(storage);
    },
  },
  {
    key: "booking.many-slots-goes-on",
    title:
      "createManySlots stops between chunks when aborted, a repeat continues there, and one that creates nothing says so",
    async run({ storage, second }) {
      const stop = new AbortController();
      const onProgress = ({ inputs }: CreatedSoFar) => inputs === 100 && stop.abort();
      const slots = [...halfHours(170)];
      const aborted = engineOn(storage).createManySlots({ ...call, slots, onProgress, signal: stop.signal });
      const { details } = await refusal(aborted, "aborted");
      assert.deepEqual(details.createdSoFar, { ...key, inputs: 100, slots: 100 });
      assert.equal(await stored(engineOn(second)), 100);
      const all = { ...key, inputs: 170, slots: 170 };
      assert.deepEqual(await engineOn(second).createManySlots({ ...call, slots }), all);
      assert.equal(await stored(engineOn(storage)), 170);
      assert.deepEqual(await engineOn(storage).createManySlots({ ...call, slots }), { ...all, replayed: true });
      assert.equal(await stored(engineOn(second)), 170);
      await assertSound(storage);
    },
  },
  {
    key: "booking.many-slots-refusal",
    title: "createManySlots names the refused input, keeps the chunks before it, and accepts it once corrected",
    async run({ storage }) {
      const engine = engineOn(storage);
      await engine.createSlots({ actor: provider, ...place, slots: [{ start: minutes(2115), end: minutes(2125) }] });
      const inputs = [...halfHours(120)];
      const overlap = await refusal(engine.createManySlots({ ...call, slots: inputs }), "slot_overlap");
      assert.deepEqual([overlap.details.index, overlap.details.createdSoFar?.inputs], [70, 50]);
      assert.equal(await stored(engine), 51);
      const turned = inputs.with(70, { start: minutes(2115), end: minutes(2100) });
      const range = await refusal(engine.createManySlots({ ...call, slots: turned }), "invalid_time_range");
      assert.deepEqual([range.details.index, range.details.createdSoFar?.inputs], [70, 50]);
      const broken = inputs.with(70, { start: "noon", end: minutes(2100) });
      const invalid = await refusal(engine.createManySlots({ ...call, slots: broken }), "invalid_input");
      assert.equal(invalid.details.issues[0]?.path, "slots.70.start");
      const corrected = inputs.toSpliced(70, 1);
      assert.equal((await engine.createManySlots({ ...call, slots: corrected })).slots, 119);
      assert.equal(await stored(engine), 120);
      const others = inputs.with(3, { start: minutes(95), end: minutes(100) });
      const reused = await refusal(engine.createManySlots({ ...call, slots: others }), "idempotency_key_reused");
      assert.deepEqual(reused.details, { ...key, createdSoFar: { ...key, inputs: 0, slots: 0 } });
      await assertSound(storage);
    },
  },
  {
    key: "booking.many-slots-within",
    title: "createManySlots within the host's transaction commits or vanishes with it, even if it is refused midway",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      const lost = await beginHostTransaction();
      await engine.within(lost.transaction).createManySlots({ ...call, slots: halfHours(120) });
      await lost.rollback();
      assert.equal(await stored(engineOn(second)), 0);
      const kept = await beginHostTransaction();
      const inside = engine.within(kept.transaction);
      const doubled = [...halfHours(60), ...halfHours(1)];
      const { details } = await refusal(inside.createManySlots({ ...call, slots: doubled }), "slot_overlap");
      assert.deepEqual([details.index, details.createdSoFar?.inputs], [60, 50]);
      await inside.createManySlots({ ...call, slots: halfHours(60) });
      await kept.commit();
      assert.equal(await stored(engineOn(second)), 60);
      await assertSound(second);
    },
  },
];
