import assert from "node:assert/strict";
import type { EngineOptions, Policy } from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { withLive } from "../live-slots.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, offersTo, window } from "./scenes.ts";

export const sightSearchCases: readonly ConformanceCase[] = [
  {
    key: "sight-search.tells-the-truth",
    title: "a search for a subject offers all that the actor could book for them at that instant, and nothing else",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(anyScene, async (scene) => {
        const { storage, close } = await open();
        const ids = await furnish(storage, scene);
        const options: Partial<EngineOptions<unknown>> = {
          policies: scene.policies,
          audienceOf,
          clock: clockAt(scene.afterNine),
        };
        const own = engineOn(storage, options).as(actorOf(scene));
        const subjectId = `p-${scene.subject}`;
        const order = scene.latest ? "latest" : "earliest";
        const offers = await offersTo(own, { ...window, subjectId, limit: scene.limit, order });
        const possible: string[] = [];
        for (const slotId of ids)
          if ((await own.preview("book", { slotId, subjectId })).possible) possible.push(slotId);
        const seats = offers.reduce((sum, offer) => sum + offer.seats, 0);
        assert.equal(seats, possible.length);
        for (const { slotId } of offers) assert.ok(possible.includes(slotId), `${slotId} cannot be booked`);
        const [first] = offers;
        if (first !== undefined) await own.book({ slotId: first.slotId, subjectId });
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 2));
    },
  },
  {
    key: "sight-search.authorize",
    title: "a search for a subject offers nothing that authorize would refuse to book or to show",
    async run({ storage }) {
      const slots = [0, 30, 60].map((from) => ({ start: minutes(from), end: minutes(from + 30), metadata: { from } }));
      const { slots: created } = await engineOn(storage).createSlots({ actor: provider, ...place, slots });
      const engine = engineOn(storage, {
        authorize(request) {
          if (request.action === "command") return request.slot?.metadata.from === 0 ? "Not the first." : undefined;
          const isLast =
            request.action === "list" && request.record.kind === "slot" && request.record.metadata.from === 60;
          return isLast ? "Not listed." : undefined;
        },
      });
      const offers = await offersTo(engine.as(patient), { ...window, subjectId: "p-1" });
      assert.deepEqual(
        offers.map(({ slotId }) => slotId),
        [created[1]?.id],
      );
      const { details } = await refusal(engine.findOpen({ ...window, subjectId: "p-1" }), "invalid_input");
      assert.deepEqual(
        details.issues.map(({ path }) => path),
        ["subjectId"],
      );
      await refusal(engine.as(patient).findOpen({ subjectId: "p-1" }), "invalid_input");
    },
  },
  {
    key: "sight-search.bounded",
    title:
      "a search of which policies refuse most reads a bounded part, from the database or from memory, and continues with a cursor",
    async run({ storage }) {
      const slots = Array.from({ length: 2_500 }, (_, index) => {
        return { start: minutes(index * 5), end: minutes(index * 5 + 5) };
      });
      const { slots: created } = await engineOn(storage).createSlots({ actor: provider, ...place, slots });
      const last = created.at(-1);
      const onlyLast: Policy = {
        name: "only_last",
        sees: { provider: { beforeMinutes: 60, afterMinutes: 60 } },
        check: ({ slots: [slot] }) => (slot?.id === last?.id ? undefined : "Not this one."),
      };
      const own = engineOn(storage, { policies: [onlyLast] }).as(patient);
      const wanted = { from: minutes(-10), to: minutes(20_000), subjectId: "p-1", limit: 10 };
      const first = await own.findOpen(wanted);
      assert.deepEqual(first.items, []);
      assert.ok(first.nextCursor !== null);
      const offers = await offersTo(own, wanted);
      assert.deepEqual(
        offers.map(({ slotId }) => slotId),
        [last?.id],
      );
      const engine = engineOn(storage, { policies: [onlyLast] });
      await withLive(engine, { from: wanted.from, to: wanted.to }, async (live) => {
        const ofSubject = await live.forSubject({ actor: patient, subjectId: "p-1" });
        const { from, to, limit } = wanted;
        const page = await ofSubject.findOpen({ from, to, limit });
        assert.deepEqual([page.items, page.source], [[], "live"]);
        assert.deepEqual(page.nextCursor, first.nextCursor);
        assert.deepEqual(await offersTo(ofSubject, { limit: 10 }), offers);
      });
    },
  },
];
