import assert from "node:assert/strict";
import {
  type Authorize,
  buffer,
  type EngineOptions,
  type ExplainInput,
  type FindOpenInput,
  isBookingError,
  type LiveOpenInput,
  maximumPerDay,
  minimumNotice,
  type OpenSlot,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, engineOn, manualClock, minutes, patient, place, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, idsOf, liveWindow, withLive } from "../live-slots.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, offersTo, window } from "./scenes.ts";

const stranger = { kind: "patient", id: "p-2" } as const;

/** Everybody sees that a slot is held, and its holder alone sees by whom. */
const byHolder: Authorize = (request) => {
  if (request.action === "command") return undefined;
  const record = "record" in request ? request.record : undefined;
  const isOwn = record?.kind === "slot" && record.hold?.holderId === request.actor.id;
  return isOwn ? undefined : { hide: ["hold"] };
};

const marked = (items: readonly OpenSlot[]) => items.map(({ slotId, mine }) => (mine ? `mine ${slotId}` : slotId));

export const holderCases: readonly ConformanceCase[] = [
  {
    key: "holders.stored",
    title:
      "a hold keeps its holder's id, which finds what they hold until it ends, and takes nothing without the token",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const [first, next, third] = (await publish(engine, 3)).map(({ id }) => id) as [string, string, string];
      const held = { actor: patient, holderId: "p-1", seconds: 60 };
      const { holdToken, slot } = await engine.hold({ ...held, slotId: first, alsoSlotIds: [third] });
      assert.equal(slot.hold?.holderId, "p-1");
      await engine.hold({ ...held, slotId: next, holderId: "P-1" });
      const heldBy = async (holderId: string, more: object = {}) =>
        (await other.listSlots({ holderId, ...more })).items.map(({ id }) => id);
      assert.deepEqual(await heldBy("p-1"), [first, third]);
      assert.deepEqual(await heldBy("p-1", { newestFirst: true, limit: 1 }), [third]);
      assert.deepEqual(await heldBy("p-1", { from: minutes(10) }), [third]);
      assert.deepEqual(await heldBy("P-1"), [next]);
      await refusal(other.listSlots({ holderId: "p-1", statuses: ["held"] }), "invalid_input");
      await refusal(other.book({ actor: patient, slotId: first, subjectId: "p-1" }), "slot_held");
      clock.advance(30_000);
      const { slot: extended } = await other.extend({ actor: patient, slotId: first, holdToken, seconds: 60 });
      assert.equal(extended.hold?.holderId, "p-1");
      const { items } = await engine.history({ slotId: first, newestFirst: true });
      assert.deepEqual(
        items.slice(0, 2).map(({ changes }) => (changes.hold?.to as { holderId?: string } | undefined)?.holderId),
        ["p-1", "p-1"],
      );
      clock.advance(30_000);
      assert.deepEqual(await heldBy("p-1"), [first]);
      await other.book({ actor: patient, slotId: first, subjectId: "p-1", holdToken });
      assert.deepEqual([await heldBy("p-1"), await heldBy("P-1")], [[], []]);
      // The same key with another holder is another request.
      const keyed = { ...held, slotId: next, idempotencyKey: "k" };
      const again = await engine.hold(keyed);
      assert.deepEqual(await other.hold(keyed), { ...again, replayed: true });
      await refusal(other.hold({ ...keyed, holderId: "p-2" }), "idempotency_key_reused");
      await assertSound(storage);
    },
  },
  {
    key: "holders.hidden",
    title:
      "who holds a slot is hidden along with the hold: in records, lists, histories, the feed, and from searches by it",
    async run({ storage, second }) {
      const engine = engineOn(storage, { authorize: byHolder });
      const [own, others] = [engine.as(patient), engineOn(second, { authorize: byHolder }).as(stranger)];
      const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
      const { cursor } = await engine.changes({ after: "end" });
      await own.hold({ slotId: first, holderId: "p-1" });
      const search = { providerIds: [place.providerId], holderId: "p-1" };
      assert.equal((await own.getSlot(first)).hold?.holderId, "p-1");
      assert.deepEqual(idsOf((await own.findOpen(search)).items), [first, next]);
      assert.equal((await own.listSlots(search)).items.length, 1);
      assert.equal((await others.getSlot(first)).hold, null);
      assert.deepEqual(idsOf((await others.findOpen(search)).items), [next]);
      assert.deepEqual((await others.listSlots(search)).items, []);
      const shown = [
        await others.history({ slotId: first }),
        await others.changes({ after: cursor }),
        await others.listSlots({ providerIds: [place.providerId] }),
        await others.book({ slotId: first, subjectId: "p-2" }).catch((error: object) => ({ ...error })),
      ].map((one) => JSON.stringify(one));
      for (const text of shown) assert.ok(!text.includes("holderId"), text);
    },
  },
  {
    key: "holders.mine",
    title:
      "what somebody holds is on offer to them, and marked as theirs, by the token or the holder's id, and to nobody else",
    async run({ storage, second }) {
      const clock = manualClock();
      const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock })];
      const [first, next, third, last] = (await publish(engine, 4)).map(({ id }) => id) as string[] as [
        string,
        string,
        string,
        string,
      ];
      const held = { actor: patient, seconds: 60 };
      const one = await engine.hold({ ...held, slotId: next });
      const two = await engine.hold({ ...held, slotId: third, holderId: "h-1" });
      await engine.hold({ ...held, slotId: last, holderId: "h-2" });
      await withLive(other, liveWindow, async (live) => {
        await caughtUp(live, other);
        const offered = async (more: LiveOpenInput & Omit<FindOpenInput, "subjectId">) => {
          const { items } = await other.findOpen({ ...liveWindow, ...more });
          assert.deepEqual(live.findOpen(more).items, items);
          const pages = await offersTo(other, { ...liveWindow, ...more, limit: 1 });
          assert.deepEqual(pages, items);
          assert.deepEqual(
            await offersTo({ findOpen: async (page) => live.findOpen(page) }, { ...more, limit: 1 }),
            items,
          );
          return marked(items);
        };
        const [tokens, holderId] = [{ holdTokens: [one.holdToken] }, { holderId: "h-1" }];
        assert.deepEqual(await offered({}), [first]);
        assert.deepEqual(await offered({ holdTokens: ["guessed"], holderId: "h-3" }), [first]);
        assert.deepEqual(await offered(tokens), [first, `mine ${next}`]);
        assert.deepEqual(await offered(holderId), [first, `mine ${third}`]);
        assert.deepEqual(await offered({ ...tokens, ...holderId, order: "latest" }), [
          `mine ${third}`,
          `mine ${next}`,
          first,
        ]);
        // One that is extended to an earlier end lasts as long as before.
        await engine.extend({ actor: patient, slotId: third, holdToken: two.holdToken, seconds: 1 });
        await caughtUp(live, other);
        clock.advance(50_000);
        assert.deepEqual(await offered(holderId), [first, `mine ${third}`]);
        assert.deepEqual(await offered({}), [first]);
        clock.advance(10_000);
        assert.deepEqual(await offered({ ...tokens, ...holderId }), [first, next, third, last]);
        await engine.hold({ ...held, slotId: next });
        await caughtUp(live, other);
        assert.deepEqual(await offered({ ...tokens, ...holderId }), [first, third, last]);
      });
      const cursor = (await other.findOpen({ ...liveWindow, holderId: "h-1", limit: 1 })).nextCursor;
      await refusal(other.findOpen({ ...liveWindow, holderId: "h-2", limit: 1, cursor }), "invalid_input");
    },
  },
  {
    key: "holders.seats",
    title: "a seat of a group that somebody holds is an offer of its own for them, beside those that are free",
    async run({ storage }) {
      const engine = engineOn(storage);
      const seats = (await publish(engine, 1, 4)).map(({ id }) => id).sort();
      const [lowest = "", second = ""] = seats;
      const { holdToken } = await engine.hold({ actor: patient, slotId: lowest });
      await engine.hold({ actor: patient, slotId: seats[3] ?? "" });
      const offers = async (more: object = {}) => {
        const { items } = await engine.findOpen({ ...liveWindow, ...more });
        await withLive(engine, liveWindow, async (live) => {
          await caughtUp(live, engine);
          assert.deepEqual(live.findOpen(more).items, items);
        });
        return items.map(({ slotId, seats, mine }) => [slotId, seats, mine]);
      };
      assert.deepEqual(await offers(), [[second, 2, undefined]]);
      assert.deepEqual(await offers({ holdTokens: [holdToken] }), [
        [lowest, 1, true],
        [second, 2, undefined],
      ]);
    },
  },
  {
    key: "holders.explained",
    title:
      "what somebody holds is explained to them as on offer, by the token or the holder's id, and to nobody else as theirs",
    async run({ storage, second }) {
      const clock = manualClock();
      const bare = engineOn(storage, { clock });
      const [seat = "", other = ""] = (await publish(bare, 1, 2)).map(({ id }) => id).sort();
      const held = { actor: patient, slotId: other, seconds: 60, holderId: patient.id };
      const { holdToken, slot } = await bare.hold(held);
      const engine = engineOn(second, { clock, authorize: byHolder, policies: [maximumPerDay({ count: 1 })] });
      const [own, others] = [engine.as(patient), engine.as(stranger)];
      const [tokens, holderId] = [{ holdTokens: [holdToken] }, { holderId: patient.id }];
      const time = { ...place, start: slot.start, end: slot.end };
      const by = async (reader: typeof own, wanted: ExplainInput) => {
        const { onOffer, reasons, slot } = await reader.explain(wanted);
        assert.equal(onOffer, reasons.length === 0);
        const codes = reasons.map(({ error }) =>
          isBookingError(error, "policy_violation") ? error.details.policy : error.code,
        );
        return [slot?.id, slot?.status, ...codes];
      };
      for (const subject of [{}, { subjectId: "p-1" }]) {
        const wanted = { slotId: other, ...subject };
        const taken = [other, "held", "slot_held"];
        assert.deepEqual(await by(own, wanted), taken);
        for (const proof of [tokens, holderId, { ...tokens, holderId: "h-2" }]) {
          assert.deepEqual(await by(own, { ...wanted, ...proof }), [other, "held"]);
          assert.deepEqual(await by(own, { ...time, ...subject, ...proof }), [other, "held"]);
        }
        assert.deepEqual(await by(own, { ...wanted, holdTokens: ["guessed"], holderId: "h-2" }), taken);
        // Whether somebody holds it is not for everybody to find out.
        assert.deepEqual(await by(others, { ...wanted, ...holderId }), taken);
        assert.deepEqual(await by(others, { ...wanted, ...tokens }), [other, "held"]);
      }
      // What one holds counts for all but itself.
      const beside = { slotId: seat, subjectId: "p-1", ...tokens };
      assert.deepEqual(await by(own, beside), [seat, "available", "maximum_per_day"]);
      assert.deepEqual(await by(own, { slotId: seat, ...tokens }), [seat, "available"]);
      clock.advance(60_000);
      for (const more of [tokens, { ...holderId, subjectId: "p-1" }]) {
        assert.deepEqual(await by(own, { slotId: other, ...more }), [other, "available"]);
      }
      assert.deepEqual(await by(own, beside), [seat, "available"]);
      await refusal(own.explain({ slotId: seat, holdTokens: Array(17).fill("t") }), "invalid_input");
    },
  },
  {
    key: "holders.live-subject",
    title: "live slots decide without the database what somebody holds: it is in the way of others, and not of itself",
    async run({ storage }) {
      const bare = engineOn(storage);
      const [first = "", , third = ""] = (await publish(bare, 3)).map(({ id }) => id);
      const group = { start: minutes(120), end: minutes(150), capacity: 2 };
      const { slots } = await bare.createSlots({ actor: patient, ...place, slots: [group] });
      const [seat = "", ...others] = slots.map(({ id }) => id);
      await bare.book({ actor: patient, slotId: seat, alsoSlotIds: others, subjectId: "p-2" });
      const held = await bare.hold({ actor: patient, slotId: first, holderId: "h-1" });
      const ways = [
        [maximumPerDay({ count: 2 }), [`mine ${first}`]],
        [buffer({ beforeMinutes: 5, afterMinutes: 0 }), [`mine ${first}`, third]],
        // It keeps nothing from anybody: whatever the database finds.
        [minimumNotice({ minutes: 0 }), undefined],
      ] as const;
      for (const [policy, expected] of ways) {
        const engine = engineOn(storage, { policies: [policy], clock: manualClock() });
        await withLive(engine, liveWindow, async (live) => {
          const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
          for (const proof of [{ holdTokens: [held.holdToken] }, { holderId: "h-1" }]) {
            const { items, source } = await own.findOpen(proof);
            const search = { ...liveWindow, subjectId: "p-1", ...proof };
            assert.deepEqual([items, source], [(await engine.as(patient).findOpen(search)).items, "live"]);
            if (expected !== undefined) assert.deepEqual(marked(items), expected);
          }
        });
      }
    },
  },
  {
    key: "holders.tell-the-truth",
    title:
      "a search for a subject by a holder offers all that they could book, what they hold included, and nothing else",
    async run({ open, propertyRuns }) {
      const held = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 });
      const either = fc.boolean();
      const property = fc.asyncProperty(anyScene, held, either, either, async (scene, wanted, byToken, isAsked) => {
        const { storage, second, close } = await open();
        const ids = await furnish(storage, scene);
        const plain = engineOn(storage, { clock: clockAt(scene.afterNine - 1) });
        const tokens = new Map<string, string>();
        for (const [index, slot] of wanted.entries()) {
          const slotId = ids[slot % ids.length] ?? "";
          const seconds = index % 3 === 2 ? 30 : 600;
          const made = await plain.hold({ actor: patient, slotId, holderId: "h-1", seconds }).catch(() => undefined);
          if (made !== undefined) tokens.set(slotId, made.holdToken);
        }
        const { policies } = scene;
        const clock = clockAt(scene.afterNine);
        const authorize = isAsked ? () => undefined : undefined;
        const options: Partial<EngineOptions<unknown>> = {
          policies,
          audienceOf,
          clock,
          ...(authorize && { authorize }),
        };
        const engine = engineOn(second, options);
        const [own, subjectId] = [engine.as(actorOf(scene)), `p-${scene.subject}`];
        const proof = byToken ? { holdTokens: [...tokens.values()] } : { holderId: "h-1" };
        const order = scene.latest ? "latest" : "earliest";
        const search = { ...window, ...proof, limit: scene.limit, order } as const;
        const offers = await offersTo(own, { ...search, subjectId });
        const possible = new Map<string, boolean>();
        for (const slotId of ids) {
          const isHeld = (await engine.getSlot(slotId)).status === "held";
          const holdToken = isHeld ? tokens.get(slotId) : undefined;
          const booking = { slotId, subjectId, ...(holdToken !== undefined && { holdToken }) };
          const preview = await own.preview("book", booking);
          if (preview.possible) possible.set(slotId, isHeld);
          const explained = await own.explain({ slotId, subjectId, ...proof });
          assert.deepEqual(
            explained.reasons.map(({ error }) => error.code),
            preview.possible ? [] : preview.reasons.map(({ error }) => error.code),
          );
        }
        assert.equal(
          offers.reduce((sum, { seats }) => sum + seats, 0),
          possible.size,
        );
        for (const { slotId, mine = false } of offers) assert.equal(possible.get(slotId), mine, slotId);
        await withLive(engine, window, async (live) => {
          const ofSubject = await live.forSubject({ actor: actorOf(scene), subjectId });
          const fromMemory = async (input: LiveOpenInput) => {
            const page = await ofSubject.findOpen(input);
            assert.equal(page.source, "live");
            return page;
          };
          assert.deepEqual(await offersTo({ findOpen: fromMemory }, search), offers);
        });
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 3));
    },
  },
];
