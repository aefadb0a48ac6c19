import assert from "node:assert/strict";
import { createRelay, isBookingError, type RelayOptions } from "@slotwright/core";
import { engineOn, patient, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { type Given, runRelay } from "../relay-run.ts";

/** The path of the issue with which the relay is refused. */
function refusedOption(options: unknown): string | undefined {
  try {
    createRelay(options as RelayOptions);
  } catch (error) {
    if (isBookingError(error, "invalid_input")) return error.details.issues[0]?.path;
    throw error;
  }
  return assert.fail("it was created");
}

export const relayInputCases: readonly ConformanceCase[] = [
  {
    key: "relay.bad-input",
    title: "a relay with a wrong option is refused with what is wrong, and so is a wrong call",
    async run({ storage, beginHostTransaction }) {
      const engine = engineOn(storage);
      const handle = async () => {};
      const wrong = {
        engine: [undefined, null, {}, storage, { ...engine }, engine.as(patient)],
        name: [undefined, "", 1, " mail", "m".repeat(129), "a\u0000b", "\ud800"],
        handle: [undefined, null, "mail", {}],
        from: ["start", null, 1],
        leaseSeconds: [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "30", 3_601],
        handlerTimeoutSeconds: [0, -1, Number.NaN, 3_601],
        concurrency: [0, 1.5, 101],
        parkedLimit: [0, 1_001],
        pollMs: [9, 1.5, 3_600_001],
        leaseSecond: [1],
      };
      for (const [field, values] of Object.entries(wrong)) {
        for (const value of values) {
          const path = refusedOption({ engine, name: "mail", handle, [field]: value });
          assert.equal(path, field === "leaseSecond" ? "" : field, `${field} ${String(value)}`);
        }
      }
      for (const options of [undefined, null, "mail", []]) assert.equal(refusedOption(options), "");
      const relay = createRelay({ engine, name: "mail", handle });
      for (const input of [null, { signal: {} }, { signal: 1 }, { stop: 1 }])
        await refusal(relay.run(input as never), "invalid_input");
      for (const input of [undefined, {}, { recordKind: "schedule", recordId: "s" }, { recordKind: "slot" }])
        await refusal(relay.release(input as never), "invalid_input");
      const host = await beginHostTransaction();
      const inside = engine.within(host.transaction);
      assert.throws(() => createRelay({ engine: inside, name: "mail", handle }), { code: "storage_misused" });
      await host.rollback();
      assert.equal(await storage.readRelay("mail"), undefined);
      assert.equal(await relay.release({ recordKind: "slot", recordId: "s" }), false);
      assert.deepEqual(await relay.status(), { holder: null, token: 0, until: null, behind: 0, parked: [] });
    },
  },
  {
    key: "relay.reset",
    title: "a relay whose place is not in the journal ends with feed_reset",
    async run({ storage }) {
      await publishOne(engineOn(storage));
      const position = [{ partition: 0, seq: 1_000, digest: "12345678" }];
      const state = { position, token: 3, lease: null, parked: [], writeId: "" };
      assert.equal(await storage.storeRelay({ name: "mail", expected: 0, state }), true);
      const log: Given[] = [];
      const run = runRelay(storage, undefined, { log });
      await refusal(run.running, "feed_reset");
      assert.equal(log.length, 0);
      const stored = (await storage.readRelay("mail"))?.state as typeof state | undefined;
      assert.deepEqual([stored?.position, stored?.lease], [position, null]);
    },
  },
];
