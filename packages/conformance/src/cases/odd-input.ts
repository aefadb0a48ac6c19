import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { limits, type Page, type Slot } from "@slotwright/core";
import { engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

export const oddInputCases: readonly ConformanceCase[] = [
  {
    key: "bad-input.odd-text",
    title: "odd but valid text is stored, compared and returned exactly as given",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const texts = [
        "é",
        "e\u0301",
        "E",
        "e",
        "ß",
        "ss",
        "🩺",
        "a b",
        "a'b\"c",
        "\\",
        "%_",
        "null",
        "0",
        "İ",
        "ａ",
        "x".repeat(limits.idLength),
      ];
      const start = minutes(0);
      for (const providerId of texts) {
        const slots = [
          { start, end: minutes(30), metadata: { [providerId]: providerId, n: 0.1, big: 2 ** 53, empty: {} } },
        ];
        await engine.createSlots({
          actor: { kind: "k", id: providerId },
          reason: providerId,
          providerId,
          facilityId: "f",
          slots,
        });
      }
      for (const providerId of texts) {
        const { items } = await engineOn(second).listSlots({ providerIds: [providerId] });
        assert.deepEqual(
          items.map((slot) => [slot.providerId, slot.metadata]),
          [[providerId, { [providerId]: providerId, n: 0.1, big: 2 ** 53, empty: {} }]],
        );
        const [entry] = (await engine.history({ slotId: items[0]?.id ?? "" })).items;
        assert.deepEqual([entry?.actor.id, entry?.reason], [providerId, providerId]);
      }
    },
  },
  {
    key: "bad-input.text-order",
    title: "ids that differ only in case, accents or punctuation are different, and sort by their code points",
    async run({ storage, second }) {
      const ids = ["a", "B", "b", "A", "_", "-", "0", "z", "Z", "~", "aa", "a-", "a ~", "á"];
      const made = [...ids].sort(() => 0.5 - Math.random());
      const slots = [{ start: minutes(0), end: minutes(30), capacity: ids.length }];
      const names = ["command", ...made];
      const engine = engineOn(storage, { newId: () => names.shift() ?? assert.fail("one id too many") });
      await engine.createSlots({ actor: provider, ...place, slots });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await engineOn(second).listSlots({ limit: 3, ...(cursor && { cursor }) });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      assert.deepEqual(seen, [...ids].sort());
      for (const id of ids) assert.equal((await engineOn(second).getSlot(id)).id, id);
      await refusal(engineOn(second).getSlot("Á"), "slot_not_found");
      await refusal(engineOn(second).getSlot("C"), "slot_not_found");
    },
  },
  {
    key: "bad-input.long-cursors",
    title: "the cursor of a page that ends with the longest id leads to the next page, and null leads to the first",
    async run({ storage }) {
      const ids = ["漢", '"', "\\"].map((character) => character.repeat(limits.idLength));
      const names = ["command", ...ids];
      const engine = engineOn(storage, { newId: () => names.shift() ?? assert.fail("one id too many") });
      const slots = [{ start: minutes(0), end: minutes(30), capacity: ids.length }];
      await engine.createSlots({ actor: provider, ...place, slots });
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<Slot> = await engine.listSlots({ limit: 1, cursor });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(seen, [...ids].sort());
      assert.deepEqual((await engine.listAppointments({ cursor: null })).items, []);
      assert.equal((await engine.history({ slotId: ids[0] ?? "", cursor: null })).items.length, 1);
    },
  },
  {
    key: "bad-input.other-realms",
    title: "dates, objects and arrays of another realm are accepted like native ones, from the call to the history",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const foreign = (text: string) => runInNewContext(`(${text})`, { minute: minutes(0).getTime() });
      const { slots } = await engine.createSlots(
        foreign(`{
          actor: { kind: "provider", id: "dr-grey" }, providerId: "p", facilityId: "f",
          slots: [0, 30].map((from) => ({
            start: new Date(minute + from * 60000), end: new Date(minute + (from + 30) * 60000), metadata: { a: [{ b: 1 }] },
          })),
        }`),
      );
      assert.deepEqual(slots[0]?.metadata, { a: [{ b: 1 }] });
      const [from, to] = slots.map(({ id }) => id) as [string, string];
      const { appointment } = await engine.book({ actor: patient, slotId: from, subjectId: "p-1" });
      const moved = { appointmentId: appointment.id, slotId: to, start: foreign("new Date(minute + 1800000)") };
      await engine.reschedule({ actor: patient, ...moved });
      const { items } = await engineOn(second).history({ appointmentId: appointment.id });
      assert.equal(items.at(-1)?.changes.start?.to, minutes(30).toISOString());
      assert.deepEqual((await engineOn(second).listSlots({ from: foreign("new Date(minute)") })).items.length, 2);
      for (const odd of ["new Map()", "{ at: new Date() }", "{ a: new (class { x = 1 })() }"]) {
        const metadata = foreign(odd);
        await refusal(engine.book({ actor: patient, slotId: from, subjectId: "p-1", metadata }), "invalid_input");
      }
    },
  },
  {
    key: "bad-input.instants",
    title: "Date, RFC 3339 text with an offset and Temporal.Instant name the same instant, to the millisecond",
    async run({ storage }) {
      const engine = engineOn(storage);
      const instant = {
        epochNanoseconds: BigInt(minutes(0).getTime()) * 1_000_000n,
        [Symbol.toStringTag]: "Temporal.Instant" as const,
      };
      const starts = [minutes(0), "2026-03-02T10:00:00+01:00", "2026-03-02t09:00:00.000000z", instant];
      for (const [index, start] of starts.entries()) {
        const slots = [{ start, end: minutes(30) }];
        const created = await engine.createSlots({ actor: provider, providerId: `p-${index}`, facilityId: "f", slots });
        assert.deepEqual((await engine.getSlot(created.slots[0]?.id ?? "")).start, minutes(0));
      }
      const edge = { start: "1900-01-01T00:00:00.001Z", end: "1900-01-01T00:00:00.002Z" };
      const far = { start: "2199-12-31T23:59:59.998Z", end: "2199-12-31T23:59:59.999Z" };
      const { slots } = await engine.createSlots({ actor: provider, ...place, slots: [edge, far] });
      assert.deepEqual(await Promise.all(slots.map(({ id }) => engine.getSlot(id))), slots);
    },
  },
];
