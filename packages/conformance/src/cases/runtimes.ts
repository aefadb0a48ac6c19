import assert from "node:assert/strict";
import { assertSound, engineOn, patient, place, publish, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** As in jsdom and in Electron's renderer, where timers are numbers, and in older runtimes, which lack more. */
async function onBareRuntime(work: () => Promise<void>): Promise<void> {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const withResolvers = Object.getOwnPropertyDescriptor(Promise, "withResolvers");
  const timers = new Map<unknown, NodeJS.Timeout>();
  const numbered =
    (start: typeof setTimeout | typeof setInterval) =>
    (...args: Parameters<typeof setTimeout>) => {
      const timer = start(...args);
      timers.set(Number(timer), timer);
      return Number(timer);
    };
  const clear = (timer: unknown) => clearTimeout(timers.get(timer) ?? (timer as NodeJS.Timeout | undefined));
  const bare = { setTimeout: numbered(setTimeout), setInterval: numbered(setInterval) };
  Object.assign(globalThis, bare, { clearTimeout: clear, clearInterval: clear });
  Reflect.deleteProperty(Promise, "withResolvers");
  try {
    await work();
  } finally {
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
    if (withResolvers !== undefined) Object.defineProperty(Promise, "withResolvers", withResolvers);
  }
}

export const runtimeCases: readonly ConformanceCase[] = [
  {
    key: "runtime.bare",
    title: "a crowd is answered as usual if timers are numbers and promises have no withResolvers",
    async run({ storage, second, beginHostTransaction }) {
      await onBareRuntime(async () => {
        const engine = engineOn(storage);
        const [slot] = await publish(engine, 2);
        const slotId = slot?.id ?? assert.fail("no slot was created");
        const callers = Array.from({ length: 40 }, (_, n) =>
          engine.book({ actor: patient, slotId, subjectId: `p-${n}` }),
        );
        assert.deepEqual(await tally(callers), { ok: 1, slot_booked: 39 });
        const { transaction, commit } = await beginHostTransaction();
        const held = (await engineOn(second).listSlots({ providerIds: [place.providerId], statuses: ["available"] }))
          .items[0];
        await engine.within(transaction).hold({ actor: patient, slotId: held?.id ?? "" });
        await commit();
        assert.equal((await engineOn(second).getSlot(held?.id ?? "")).status, "held");
      });
      await assertSound(storage);
    },
  },
];
