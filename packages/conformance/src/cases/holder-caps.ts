import assert from "node:assert/strict";
import {
  type AccessRequest,
  buffer,
  type Engine,
  maximumHolds,
  maximumPerDay,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, place, publish, refusal, tally } from "../fixtures.ts";
import { gatedAdapter } from "../gated.ts";
import type { ConformanceCase } from "../harness.ts";
import { enginesOn, slotsOf, whenFirst } from "./sight-races.ts";
import { refusedBy } from "./sight-stage.ts";

const capOf = (count: number) => [maximumHolds({ count })];
/** The policies, none of which anybody may pass. */
const notToBePassed = (...policies: readonly Policy[]) => ({
  policies,
  authorize: ({ action }: AccessRequest) => (action === "override" ? "Ask the desk." : undefined),
});

/** A hold that would pass this policy. */
const passing = (policy: string, slotId: string) => ({
  ...byHolder(slotId),
  override: [{ policy, reason: "It is urgent." }],
});

const byHolder = (slotId: string, holderId = "h-1") => ({ actor: patient, slotId, holderId });

/** An engine with a cap of two, before whose commit something else is done. */
const cappedOn = (storage: StorageAdapter, doThis: () => Promise<unknown>) =>
  engineOn(whenFirst(storage, "commit", doThis), { policies: capOf(2) });

/** Books one slot, and holds another one for the holder. Returns what gives both up, the neighbour first. */
async function neighbourAndHold(engine: Engine, next: string, far: string): Promise<() => Promise<void>> {
  const { appointment } = await engine.book({ actor: patient, slotId: next, subjectId: "p-1" });
  const { holdToken } = await engine.hold(byHolder(far));
  return async () => {
    await engine.cancel({ actor: patient, appointmentId: appointment.id });
    await engine.release({ actor: patient, slotId: far, holdToken });
  };
}

export const holderCapCases: readonly ConformanceCase[] = [
  {
    key: "holder-caps.count",
    title: "a holder has at most so many holds at a time: one over several slots is one, and what has ended is none",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [storage, second].map((one) => engineOn(one, { clock, policies: capOf(2) })) as [
        ReturnType<typeof engineOn>,
        ReturnType<typeof engineOn>,
      ];
      const ids = (await publish(engine, 9)).map(({ id }) => id) as [string, string, string, string, ...string[]];
      const [first, next, third, fourth, ...more] = ids;
      const two = { ...byHolder(first), alsoSlotIds: [next], seconds: 60 };
      const { holdToken } = await engine.hold(two);
      const single = await other.hold({ ...byHolder(third), seconds: 120 });
      const refused = await refusedBy(engine.hold(byHolder(fourth)));
      assert.deepEqual([refused.policy, refused.values], ["maximum_holds", { count: 2 }]);
      const preview = await other.preview("hold", byHolder(fourth));
      assert.equal(preview.possible ? "possible" : preview.reasons[0].error.code, "policy_violation");
      assert.equal((await refusedBy(other.hold({ actor: patient, slotId: fourth }))).policy, "maximum_holds");
      const unknown = await other.preview("hold", { actor: patient, slotId: fourth });
      assert.equal(unknown.possible, false);
      // Of somebody else, for a request, and by an engine without the policy.
      await other.hold(byHolder(fourth, "h-2"));
      await other.request({ actor: patient, slotId: more[0] ?? "", subjectId: "h-1", holdSeconds: 3600 });
      await refusedBy(engine.hold(byHolder(more[1] ?? "")));
      // What is extended, booked or released.
      await engine.extend({ actor: patient, slotId: third, holdToken: single.holdToken, seconds: 130 });
      await engine.book({ actor: patient, slotId: first, subjectId: "p-1", holdToken });
      await refusedBy(engine.hold(byHolder(more[1] ?? "")));
      await engine.book({ actor: patient, slotId: next, subjectId: "p-1", holdToken });
      const again = await other.hold({ ...byHolder(more[1] ?? ""), seconds: 120 });
      await refusedBy(engine.hold(byHolder(more[2] ?? "")));
      await engine.release({ actor: patient, slotId: more[1] ?? "", holdToken: again.holdToken });
      await other.hold({ ...byHolder(more[2] ?? ""), seconds: 10 });
      await refusedBy(engine.hold(byHolder(more[3] ?? "")));
      clock.advance(10_000);
      await engine.hold(byHolder(more[3] ?? ""));
      await refusedBy(other.hold(byHolder(more[2] ?? "")));
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.race",
    title:
      "of six callers who hold for one holder of at most five one is refused, whatever they hold and through whichever engine",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], capOf(5));
      for (let round = 0; round < 3; round++) {
        const ids = (
          await Promise.all(Array.from({ length: 6 }, (_, i) => slotsOf(storage, `dr-${round}-${i}`, 1)))
        ).flat();
        const callers = ids.map((slotId, i) => engineOf(i).hold(byHolder(slotId, `h-${round}`)));
        assert.deepEqual(await tally(callers), { ok: 5, policy_violation: 1 });
        assert.equal((await engineOf(0).listSlots({ holderId: `h-${round}` })).items.length, 5);
      }
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.one-engine",
    title: "callers of one engine who hold for one holder at once share a commit, and not more of them hold than may",
    async run({ storage }) {
      const engine = engineOn(storage, { policies: capOf(2) });
      const ids = await slotsOf(storage, place.providerId, 6);
      const callers = ids.map((slotId) => engine.hold(byHolder(slotId)));
      assert.deepEqual(await tally(callers), { ok: 2, policy_violation: 4 });
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.meetings",
    title:
      "a cap on holds meets what others hold or extend in the same moment, also for those for whom it does not hold",
    async run({ storage, second }) {
      const others = engineOn(second, { policies: capOf(1000) });
      const ids = (await slotsOf(storage, place.providerId, 6)) as [string, string, string, string, string, string];
      await others.hold(byHolder(ids[0]));
      const meeting = cappedOn(storage, () => others.hold(byHolder(ids[1])));
      await refusal(meeting.hold(byHolder(ids[2])), "policy_violation");
      // By this clock the hold has run out, and it is extended before the decision is stored.
      const [clock, late] = [manualClock(), manualClock()];
      const slow = engineOn(second, { clock, policies: capOf(1000) });
      const held = await slow.hold({ ...byHolder(ids[3], "h-2"), seconds: 10 });
      await slow.hold({ ...byHolder(ids[4], "h-2"), seconds: 3600 });
      late.advance(10_000);
      const extended = () => slow.extend({ actor: patient, slotId: ids[3], holdToken: held.holdToken, seconds: 60 });
      const ahead = engineOn(whenFirst(storage, "commit", extended), { clock: late, policies: capOf(2) });
      await refusal(ahead.hold(byHolder(ids[5], "h-2")), "policy_violation");
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.transactions",
    title: "two transactions of hosts that hold for a new holder meet: of a cap of one, one is committed",
    async run({ storage, second }) {
      const engineOf = enginesOn([storage, second], capOf(1));
      for (let round = 0; round < 4; round++) {
        const ids = await slotsOf(storage, `dr-${round}`, 2);
        const callers = ids.map((slotId, i) =>
          engineOf(i).transaction(({ engine }) => engine.hold(byHolder(slotId, `h-${round}`))),
        );
        assert.deepEqual(await tally(callers), { ok: 1, policy_violation: 1 });
      }
      const [first = "", next = ""] = await slotsOf(storage, "dr-own", 2);
      await refusal(
        engineOf(0).transaction(async ({ engine }) => {
          await engine.hold(byHolder(first, "h-own"));
          await engine.hold(byHolder(next, "h-own"));
        }),
        "policy_violation",
      );
      assert.equal((await engineOf(1).getSlot(first)).status, "available");
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.one-moment",
    title: "a policy does not refuse a hold for what was gone before the holder's other hold was",
    async run({ storage, second }) {
      const others = engineOn(second);
      const [wanted, next = "", , , far = ""] = await slotsOf(storage, place.providerId, 5);
      const freed = await neighbourAndHold(others, next, far);
      const policies = [...capOf(1), buffer({ beforeMinutes: 0, afterMinutes: 5 })];
      // Until the hold is given back, the cap is in the way. After it, nothing is.
      const engine = engineOn(whenFirst(storage, "findSlots", freed), { policies });
      assert.equal((await engine.hold(byHolder(wanted ?? ""))).slot.id, wanted);
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.override-and-slot",
    title: "an override is not refused for a hold that came after somebody had booked the slot",
    async run({ storage, second }) {
      const others = engineOn(second);
      const [wanted = "", far = ""] = await slotsOf(storage, place.providerId, 2);
      // At first nothing is in the way. Once the cap is, the slot is booked.
      const taken = async () => {
        await others.book({ actor: patient, slotId: wanted, subjectId: "p-1" });
        await others.hold(byHolder(far));
      };
      const engine = engineOn(whenFirst(storage, "findSlots", taken), notToBePassed(...capOf(1)));
      await refusal(engine.hold(passing("maximum_holds", wanted)), "slot_booked");
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.override-and-list",
    title:
      "an override is not refused for what was gone before the holder's other hold was, neither in a preview nor by the command",
    async run({ storage, second }) {
      const others = engineOn(second);
      const [wanted = "", next = "", , , far = ""] = await slotsOf(storage, place.providerId, 5);
      for (const ask of ["preview", "hold"] as const) {
        const freed = await neighbourAndHold(others, next, far);
        const policies = [...capOf(1), buffer({ beforeMinutes: 0, afterMinutes: 5 })];
        // Until the hold is given back, the cap is in the way, which nobody asks to pass. After it, nothing is.
        const engine = engineOn(whenFirst(storage, "findSlots", freed), notToBePassed(...policies));
        const input = passing("buffer", wanted);
        if (ask === "preview") assert.equal((await engine.preview("hold", input)).possible, true);
        else assert.equal((await engine.hold(input)).slot.id, wanted);
      }
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.one-list",
    title: "a policy does not refuse a hold for what the holder gave back before another reason against it was gone",
    async run({ storage, second }) {
      const others = engineOn(second);
      const [wanted = "", next = "", , , far = ""] = await slotsOf(storage, place.providerId, 5);
      const { appointment } = await others.book({ actor: patient, slotId: next, subjectId: "p-1" });
      const { holdToken } = await others.hold(byHolder(far));
      // Until the appointment is cancelled, it is in the way. After it, nothing is.
      const freed = async () => {
        await others.release({ actor: patient, slotId: far, holdToken });
        await others.cancel({ actor: patient, appointmentId: appointment.id });
      };
      const policies = [buffer({ beforeMinutes: 0, afterMinutes: 5 }), ...capOf(1)];
      const calls: string[] = [];
      const meanwhile = gatedAdapter(storage, async (call) => {
        const listed = calls.indexOf("findSlots");
        calls.push(call);
        if (listed !== -1 && listed === calls.length - 2) await freed();
      });
      assert.equal((await engineOn(meanwhile, { policies }).hold(byHolder(wanted))).slot.id, wanted);
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.busy",
    title:
      "a hold that a policy refuses is refused after a few reads, however many others book with its provider meanwhile",
    async run({ storage, second }) {
      const policiesOf = (count: number) => [...capOf(count), maximumPerDay({ count })];
      const others = engineOn(second, { policies: policiesOf(1000) });
      const [first = "", wanted = "", next = "", ...free] = await slotsOf(storage, place.providerId, 43);
      const reads: string[] = [];
      const busy = gatedAdapter(storage, async (call) => {
        reads.push(call);
        await others.book({ actor: patient, slotId: free.pop() ?? "", subjectId: `p-${free.length}` });
      });
      const engine = engineOn(busy, { policies: policiesOf(1) });
      await engine.getSlot(wanted);
      await others.hold(byHolder(first));
      for (const [holderId, policy] of Object.entries({ "h-1": "maximum_holds", "h-2": "maximum_per_day" })) {
        const before = reads.length;
        assert.equal((await refusedBy(engine.hold(byHolder(wanted, holderId)))).policy, policy);
        assert.ok(reads.length - before <= 6, `${reads.slice(before)}`);
        const preview = await engine.preview("hold", byHolder(next, holderId));
        const named = preview.possible ? [] : preview.reasons.map(({ error: { details } }) => details);
        assert.deepEqual(
          named.map((details) => "policy" in details && details.policy),
          holderId === "h-1" ? ["maximum_holds", "maximum_per_day"] : ["maximum_per_day"],
        );
      }
      await assertSound(storage);
    },
  },
  {
    key: "holder-caps.own-policy",
    title: "a policy of one's own sees what the holder holds besides, and one that does not ask for it sees nothing",
    async run({ storage }) {
      const seen: (readonly string[])[] = [];
      const looking: Policy = {
        name: "looking",
        sees: { holder: true },
        check: ({ ofHolder }) => void seen.push(ofHolder.map(({ id }) => id)),
      };
      const blind: Policy = { name: "blind", check: ({ ofHolder }) => (ofHolder.length > 0 ? "It sees." : undefined) };
      const engine = engineOn(storage, { policies: [looking, blind] });
      const [first, next, third] = (await publish(engine, 3)).map(({ id }) => id) as [string, string, string];
      seen.length = 0;
      await engine.hold(byHolder(first));
      await engine.hold(byHolder(next));
      await engine.book({ actor: patient, slotId: third, subjectId: "p-1" });
      assert.deepEqual(seen, [[], [first], []]);
    },
  },
];
