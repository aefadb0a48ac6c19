import assert from "node:assert/strict";
import { type Engine, isBookingError, limits, type Metadata } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** Texts that have once failed on some engine or driver. */
const odd = [
  "\0",
  "a\0b",
  "\ud800",
  "\udc00\ud800",
  "\uffff",
  "\ufeff",
  "\u2028",
  "\\u0000",
  "\\",
  "''",
  "$1",
  "?",
  "",
];

/** Made when a case runs: fast-check prepares for each text of any character, which would delay every import. */
function anyInput() {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const text = fc.oneof(
    fc.constantFrom(...odd),
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.string({ unit, maxLength: 12 }),
    fc.string({ unit: "binary", minLength: limits.idLength / 2, maxLength: limits.idLength + 1, size: "max" }),
  );
  const json = fc.oneof(
    fc.jsonValue({ stringUnit: "binary", maxDepth: 3 }),
    fc.jsonValue({ stringUnit: unit, maxDepth: 2 }),
    fc.double(),
  );
  return fc.record({
    texts: fc.array(text, { minLength: 5, maxLength: 5 }),
    metadata: fc.dictionary(text, json, { maxKeys: 4 }),
    at: fc.oneof(fc.constant(minutes(0).getTime()), fc.maxSafeInteger(), fc.double()),
  });
}

type AnyInput = ReturnType<typeof anyInput> extends fc.Arbitrary<infer Input> ? Input : never;

/** What a caller sees: the value, or the error. Text from the database or the driver is neither. */
async function seen(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => {
    if (!isBookingError(error)) throw error;
    return [error.code, error.message, error.details];
  });
}

async function answersOn(engine: Engine, { texts, metadata, at }: AnyInput, day: number): Promise<unknown> {
  const [id = "", kind = "", reason = "", key = "", facilityId = ""] = texts;
  const start = minutes(day * 60);
  const slots = [{ start, end: minutes(day * 60 + 30), metadata: metadata as Metadata }];
  const actor = { kind, id };
  const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify([...parts, "ascending"])).toString("base64url");
  return [
    await seen(engine.createSlots({ actor: provider, providerId: "p", facilityId: "f", slots })),
    await seen(engine.createSlots({ actor, reason, idempotencyKey: key, providerId: id, facilityId, slots })),
    await seen(engine.createSlots({ actor: provider, reason, providerId: id, facilityId: "f", slots })),
    await seen(engine.getSlot(id)),
    await seen(engine.getAppointment(id)),
    await seen(engine.history({ slotId: id })),
    await seen(engine.listSlots({ providerIds: [id], limit: 2 })),
    await seen(engine.listAppointments({ subjectId: id, facilityId })),
    await seen(engine.listSlots({ cursor: cursorOf("slots", at, id), limit: 2 })),
    await seen(engine.listAppointments({ cursor: cursorOf("appointments", at, id), limit: 2 })),
    await seen(engine.history({ slotId: "nope", cursor: cursorOf("history", at) })),
    await seen(engine.book({ actor: provider, slotId: id, subjectId: key, metadata: metadata as Metadata })),
  ];
}

export const anyTextCases: readonly ConformanceCase[] = [
  {
    key: "bad-input.any-text",
    title: "whatever text, metadata or cursor a caller sends, the answer matches the reference adapter's",
    async run({ storage, propertyRuns }) {
      const numbered = () => {
        let made = 0;
        return () => `id-${made++}`;
      };
      const [engine, reference] = [storage, memoryAdapter()].map((one) =>
        engineOn(one, { clock: manualClock(), newId: numbered() }),
      ) as [Engine, Engine];
      let day = 0;
      const property = fc.asyncProperty(anyInput(), async (input) => {
        day += 1;
        assert.deepEqual(await answersOn(engine, input, day), await answersOn(reference, input, day));
      });
      await checkProperty(property, Math.min(propertyRuns, 50));
    },
  },
];
