import assert from "node:assert/strict";
import type { AccessRequest, Policy, StorageAdapter } from "@slotwright/core";
import { assertSound, engineOn, patient, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const never: Policy = {
  name: "never",
  check: ({ command }) => (command === "book" ? "Nothing is booked." : undefined),
};
const policies: readonly Policy[] = [never, { name: "silent", check: () => undefined }];

/** Staff may pass policies, and patients may not. What was asked is noted. */
function engineWith(storage: StorageAdapter, asked: AccessRequest[] = []) {
  const authorize = (request: AccessRequest) => {
    asked.push(request);
    return request.action === "override" && request.actor.kind === "patient" ? "Only at the desk." : undefined;
  };
  return engineOn(storage, { policies, authorize });
}

const override = [
  { policy: "never", reason: "an emergency" },
  { policy: "silent", reason: "just in case" },
];

async function oneSlot(storage: StorageAdapter): Promise<string> {
  const [slot] = await publish(engineOn(storage));
  return slot?.id ?? "";
}

export const overrideCases: readonly ConformanceCase[] = [
  {
    key: "overrides.journal",
    title: "an override passes a policy, and each entry of the command keeps what it passed and why",
    async run({ storage, second }) {
      const slotId = await oneSlot(storage);
      const engine = engineWith(storage);
      await refusal(engine.book({ actor: provider, slotId, subjectId: "p-1" }), "policy_violation");
      const { appointment } = await engine.book({ actor: provider, slotId, subjectId: "p-1", override });
      const passed = [{ policy: "never", reason: "an emergency" }];
      const other = engineOn(second);
      const histories = [await other.history({ slotId }), await other.history({ appointmentId: appointment.id })];
      assert.deepEqual(
        histories.map(({ items }) => items.map(({ overrides }) => overrides)),
        [[undefined, passed], [passed]],
      );
      assert.ok(histories.every(({ items }) => items.every(({ changes }) => !("overrides" in changes))));
      const { entries } = await other.changes({});
      assert.deepEqual(
        entries.map(({ overrides }) => overrides),
        [undefined, passed, passed],
      );
      await engine.cancel({ actor: provider, appointmentId: appointment.id });
      assert.equal("overrides" in ((await other.history({ slotId })).items.at(-1) ?? {}), false);
      await assertSound(storage);
    },
  },
  {
    key: "overrides.authorize",
    title: "an override is needed only where authorize agrees, which is asked about those that are needed",
    async run({ storage }) {
      const slotId = await oneSlot(storage);
      const asked: AccessRequest[] = [];
      const engine = engineWith(storage, asked);
      const { details } = await refusal(
        engine.book({ actor: patient, slotId, subjectId: "p-1", override }),
        "forbidden",
      );
      assert.deepEqual([details.problem, details.policy], ["Only at the desk.", "never"]);
      const preview = await engine.preview("book", { actor: patient, slotId, subjectId: "p-1", override });
      assert.ok(!preview.possible);
      const [{ error }] = preview.reasons;
      assert.match(error.message, /may not pass the policy "never"/);
      assert.equal((error.toResponse().details as typeof details).policy, "never");
      const about = asked.filter((request) => request.action === "override");
      assert.ok(about.length > 0);
      for (const { policy, overrideReason, command, slot, input } of about) {
        assert.deepEqual([policy, overrideReason, command, slot?.id], ["never", "an emergency", "book", slotId]);
        assert.equal(input.subjectId, "p-1");
      }
      assert.equal((await engine.getSlot(slotId)).status, "available");
    },
  },
  {
    key: "overrides.invariants",
    title: "an override passes none of the rules, and names a policy that exists",
    async run({ storage }) {
      const slotId = await oneSlot(storage);
      const engine = engineWith(storage);
      const book = { actor: provider, slotId, subjectId: "p-1" };
      await engine.book({ ...book, override });
      await refusal(engine.book({ ...book, override }), "slot_booked");
      const unknown = engine.book({ ...book, override: [{ policy: "nevr", reason: "x" }] });
      const { details } = await refusal(unknown, "invalid_input");
      assert.deepEqual(
        details.issues.map(({ path, code, options }) => [path, code, options]),
        [["override.0.policy", "not_an_option", ["never", "silent"]]],
      );
      const wrong = [
        [],
        {},
        [{ policy: "never" }],
        [{ policy: "never", reason: "" }],
        [{ policy: "never", reason: "  " }],
        [override[0], override[0]],
        Array(17).fill(override[0]),
      ];
      for (const bad of wrong) await refusal(engine.book({ ...book, override: bad as never }), "invalid_input");
      await assertSound(storage);
    },
  },
  {
    key: "overrides.repeat",
    title: "an override belongs to the request: a repeat with its key has the same, or is another request",
    async run({ storage }) {
      const slotId = await oneSlot(storage);
      const engine = engineWith(storage);
      const book = { actor: provider, slotId, subjectId: "p-1", idempotencyKey: "once" };
      const first = await engine.book({ ...book, override });
      assert.deepEqual(await engine.book({ ...book, override }), { ...first, replayed: true });
      await refusal(engine.book(book), "idempotency_key_reused");
    },
  },
];
