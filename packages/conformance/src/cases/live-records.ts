import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Authorize, Policy } from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, withLive } from "../live-slots.ts";
import { allPages, anyHappening, anyWindow, happen } from "./live-subject.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, offersTo } from "./scenes.ts";

/** The same text whatever the order of members: storages hand records over in an order of their own. */
const inOneOrder = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );

/** A number for what a function was shown: whatever differs in it, the answer differs as well, sooner or later. */
const numberOf = (shown: unknown): number => createHash("sha256").update(inOneOrder(shown)).digest().readUInt16BE();

const wide = { beforeMinutes: 600, afterMinutes: 600 };

/** Functions of a host that go by everything that they are shown, but for the ids that are made for a booking. */
export const anyHost = fc
  .record({ looks: fc.boolean(), asks: fc.constantFrom("nobody", "at once", "later") })
  .filter(({ looks, asks }) => looks || asks !== "nobody")
  .map(({ looks, asks }) => {
    const looking: Policy = {
      name: "looking",
      sees: { provider: wide, subject: wide, timeZone: true },
      check({ before, slots, neighbours, ofSubject, timeZone, timeZones, now }) {
        const shown = {
          before,
          neighbours,
          ofSubject,
          timeZone,
          timeZones,
          now,
          made: slots.map(({ version }) => version),
        };
        return numberOf(shown) % 4 === 0 ? "Not this one." : undefined;
      },
    };
    const authorize: Authorize = (request) => {
      if (request.action === "command") return numberOf(request) % 5 === 0 ? "Not for you." : undefined;
      const answer = numberOf(request) % 5 === 0 ? "Not in your list." : undefined;
      return asks === "later" ? Promise.resolve(answer) : answer;
    };
    return { policies: looks ? [looking] : [], ...(asks !== "nobody" && { authorize }) };
  });

export const liveRecordCases: readonly ConformanceCase[] = [
  {
    key: "live-subject.whole-records",
    title:
      "live slots of a subject show authorize and policies of one's own what the database would, and offer what it does",
    async run({ open, propertyRuns }) {
      const happenings = fc.array(anyHappening, { maxLength: 12 });
      const property = fc.asyncProperty(anyScene, happenings, anyWindow, anyHost, async (scene, all, window, host) => {
        const { storage, second, close } = await open();
        const ids = await furnish(storage, scene);
        const clock = clockAt(scene.afterNine);
        const engine = engineOn(storage, {
          ...host,
          policies: [...scene.policies, ...host.policies],
          audienceOf,
          clock,
        });
        const other = engineOn(second, { clock });
        const [actor, subjectId] = [actorOf(scene), `p-${scene.subject}`];
        await withLive(engine, window, async (live) => {
          for (const one of all.slice(0, 6)) await happen(other, one, ids);
          const own = await live.forSubject({ actor, subjectId });
          for (const one of all.slice(6)) await happen(other, one, ids);
          await caughtUp(live, other);
          const { offers, sources } = await allPages(own, scene);
          assert.deepEqual(sources, ["live"]);
          const order = scene.latest ? "latest" : "earliest";
          const { from, to, providerIds } = window;
          const inDatabase = { from, to, providerIds, subjectId, order, limit: 100 } as const;
          assert.deepEqual(offers, await offersTo(engine.as(actor), inDatabase));
        });
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 3));
    },
  },
];
