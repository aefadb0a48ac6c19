import assert from "node:assert/strict";
import type { Engine } from "../../engine/engine.ts";
import type { ErrorCode } from "../../errors.ts";
import { memoryAdapter } from "../../memory/index.ts";
import { limits } from "../../model/limits.ts";
import type { Slot } from "../../model/slot.ts";
import type { StorageAdapter } from "../../storage/adapter.ts";
import {
  askFor,
  assertSound,
  engineOn,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  publish,
  refusal,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** What stands in the store before each bad input, and must stand there unchanged after it. */
interface Stage {
  readonly engine: Engine;
  readonly slots: readonly Slot[];
  readonly appointmentId: string;
  readonly askedId: string;
}

interface BadInput {
  readonly name: string;
  readonly code: ErrorCode;
  /** What the message must say. */
  readonly says: RegExp;
  readonly command: (stage: Stage) => Promise<unknown>;
}

const at = (start: unknown, end: unknown) => ({ start, end }) as { start: Date; end: Date };
const create = (engine: Engine, ...slots: { start: Date; end: Date }[]) =>
  engine.createSlots({ actor: provider, ...place, slots });
const bookFirst = ({ engine, slots }: Stage, more: object) =>
  engine.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-1", ...more });

const times: readonly BadInput[] = [
  ["an end before the start", at(minutes(600), minutes(590)), "invalid_time_range", /ends before it starts/],
  ["an end at the start", at(minutes(600), minutes(600)), "invalid_time_range", /ends when it starts/],
  [
    "a slot that is too long",
    at(minutes(600), minutes(600 + limits.slotMs / 60_000 + 1)),
    "invalid_time_range",
    /longer than 31 days/,
  ],
  [
    "a time without zone offset",
    at("2026-03-02T19:00:00", minutes(660)),
    "invalid_input",
    /slots\.0\.start: .*zone offset/,
  ],
  ["a date without time", at("2026-03-02", minutes(660)), "invalid_input", /slots\.0\.start/],
  ["a zone offset that does not exist", at("2026-03-02T19:00:00+25:00", minutes(660)), "invalid_input", /zone offset/],
  ["a day that does not exist", at("2026-02-30T19:00:00Z", minutes(660)), "invalid_input", /exists/],
  ["an hour that does not exist", at("2026-03-02T24:00:00Z", minutes(660)), "invalid_input", /exists/],
  ["a time finer than a millisecond", at("2026-03-02T19:00:00.0001Z", minutes(660)), "invalid_input", /millisecond/],
  ["an invalid Date", at(new Date(Number.NaN), minutes(660)), "invalid_input", /valid Date/],
  ["a number as time", at(Date.UTC(2026, 2, 2), minutes(660)), "invalid_input", /must be a Date/],
  ["a missing time", { end: minutes(660) } as { start: Date; end: Date }, "invalid_input", /slots\.0\.start/],
  ["a far-off year", at("9999-12-31T00:00:00Z", "9999-12-31T01:00:00Z"), "invalid_input", /1900 to 2199/],
  ["a year before 1900", at("1066-10-14T00:00:00Z", "1066-10-14T01:00:00Z"), "invalid_input", /1900 to 2199/],
].map(([name, range, code, says]) => ({
  name: name as string,
  code: code as ErrorCode,
  says: says as RegExp,
  command: ({ engine }) => create(engine, range as { start: Date; end: Date }),
}));

const ids: readonly BadInput[] = [
  ["an empty id", "", /must not be empty/],
  ["an overlong id", "x".repeat(limits.idLength + 1), /longer than 128/],
  ["a number as id", 7, /must be a string/],
  ["null as id", null, /must be a string/],
  ["a control character in an id", "a\u0007b", /control characters/],
  ["NUL in an id", "a\u0000b", /control characters/],
  ["half a surrogate pair in an id", "a\ud83d", /surrogate/],
  ["white space around an id", " p-1", /white space/],
].map(([name, subjectId, says]) => ({
  name: name as string,
  code: "invalid_input",
  says: says as RegExp,
  command: (stage) => bookFirst(stage, { subjectId }),
}));

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
let deep: unknown = {};
for (let level = 0; level < 20; level++) deep = { deep };

const metadata: readonly BadInput[] = [
  ["metadata that is no object", "text", /plain object/],
  ["an array as metadata", [1], /plain object/],
  ["a function in metadata", { f: () => 1 }, /JSON values only/],
  ["undefined in metadata", { a: undefined }, /JSON values only/],
  ["a bigint in metadata", { a: 1n }, /JSON values only/],
  ["NaN in metadata", { a: Number.NaN }, /finite/],
  ["a Date in metadata", { a: new Date(0) }, /plain objects/],
  ["metadata that contains itself", cyclic, /itself/],
  ["metadata nested too deep", deep, /nested deeper/],
  ["overlong metadata", { a: "x".repeat(limits.metadataLength) }, /longer than/],
  ["NUL in metadata", { a: "\u0000" }, /NUL/],
  ["half a surrogate pair in metadata", { "\udc00": 1 }, /surrogate/],
].map(([name, value, says]) => ({
  name: name as string,
  code: "invalid_input",
  says: says as RegExp,
  command: (stage) => bookFirst(stage, { metadata: value }),
}));

const others: readonly BadInput[] = [
  {
    name: "no input at all",
    code: "invalid_input",
    says: /it is missing/,
    command: ({ engine }) => engine.book(undefined as never),
  },
  {
    name: "an input that cannot be read",
    code: "invalid_input",
    says: /cannot be read/,
    command: (stage) =>
      stage.engine.book({
        get actor(): never {
          throw new Error("a getter of the host's");
        },
      } as never),
  },
  {
    name: "an unknown field",
    code: "invalid_input",
    says: /unknown fields: "slotID"/,
    command: (stage) => bookFirst(stage, { slotID: 1 }),
  },
  {
    name: "a missing actor",
    code: "invalid_input",
    says: /actor: is missing/,
    command: (stage) => bookFirst(stage, { actor: undefined }),
  },
  {
    name: "an overlong reason",
    code: "invalid_input",
    says: /reason: must not be longer/,
    command: (stage) => bookFirst(stage, { reason: "x".repeat(501) }),
  },
  { name: "no slots", code: "invalid_input", says: /at least one slot/, command: ({ engine }) => create(engine) },
  {
    name: "more seats than a call may make",
    code: "invalid_input",
    says: /not make more than 50000/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        slots: Array.from({ length: 51 }, (_, day) => ({
          start: minutes(1440 * day + 600),
          end: minutes(1440 * day + 630),
          capacity: 1000,
        })),
      }),
  },
  {
    name: "a time zone that does not exist",
    code: "invalid_input",
    says: /IANA time zone/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        timeZone: "Mars/Olympus",
        slots: [at(minutes(600), minutes(630))],
      }),
  },
  {
    name: "another time zone than the schedule has",
    code: "schedule_mismatch",
    says: /timeZone/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        timeZone: "Asia/Tokyo",
        slots: [at(minutes(600), minutes(630))],
      }),
  },
  {
    name: "an unknown slot",
    code: "slot_not_found",
    says: /no slot "nope"/,
    command: (stage) => bookFirst(stage, { slotId: "nope" }),
  },
  {
    name: "an unknown appointment",
    code: "appointment_not_found",
    says: /no appointment "nope"/,
    command: ({ engine }) => engine.cancel({ actor: patient, appointmentId: "nope" }),
  },
  {
    name: "a slot of another provider",
    code: "schedule_mismatch",
    says: /providerId/,
    command: (stage) => bookFirst(stage, { providerId: "dr-jones" }),
  },
  {
    name: "a slot at another facility",
    code: "schedule_mismatch",
    says: /facilityId/,
    command: (stage) => bookFirst(stage, { facilityId: "south" }),
  },
  {
    name: "an appointment that does not fit",
    code: "time_mismatch",
    says: /does not lie within/,
    command: (stage) => bookFirst(stage, { end: minutes(31) }),
  },
  {
    name: "an appointment that ends before it starts",
    code: "invalid_time_range",
    says: /ends before/,
    command: (stage) => bookFirst(stage, at(minutes(20), minutes(10))),
  },
  {
    name: "an appointment rescheduled to end before it starts",
    code: "invalid_time_range",
    says: /ends before/,
    command: ({ engine, appointmentId, slots }) =>
      engine.reschedule({ actor: patient, appointmentId, slotId: slots[0]?.id ?? "", ...at(minutes(20), minutes(10)) }),
  },
  {
    name: "a stale ifVersion of a slot",
    code: "version_conflict",
    says: /at version 1, not 4/,
    command: (stage) => bookFirst(stage, { ifVersion: 4 }),
  },
  {
    name: "a stale ifVersion of an appointment",
    code: "version_conflict",
    says: /at version 1, not 2/,
    command: ({ engine, appointmentId }) => engine.cancel({ actor: patient, appointmentId, ifVersion: 2 }),
  },
  {
    name: "a slot named twice",
    code: "invalid_input",
    says: /twice/,
    command: (stage) => bookFirst(stage, { alsoSlotIds: [stage.slots[0]?.id] }),
  },
  {
    name: "a cancelled appointment accepted",
    code: "invalid_transition",
    says: /is cancelled/,
    async command({ engine, askedId, slots }) {
      await engine.cancel({ actor: patient, appointmentId: askedId, idempotencyKey: "cancel it" });
      return engine.accept({ actor: provider, appointmentId: askedId, slotId: slots[0]?.id ?? "" });
    },
  },
  {
    name: "a reused key with another body",
    code: "idempotency_key_reused",
    says: /used before for a different request/,
    command: (stage) => bookFirst(stage, { idempotencyKey: "publish" }),
  },
  {
    name: "a forged cursor",
    code: "invalid_input",
    says: /cursor: must be/,
    command: ({ engine }) => engine.listSlots({ cursor: "!!" }),
  },
  {
    name: "a cursor of another list",
    code: "invalid_input",
    says: /cursor/,
    command: ({ engine }) => engine.listSlots({ cursor: "WzFd" }),
  },
  {
    name: "more statuses than there are",
    code: "invalid_input",
    says: /not hold more than 4 statuses/,
    command: ({ engine }) => engine.listSlots({ statuses: ["booked", "booked", "booked", "booked", "booked"] }),
  },
  {
    name: "thousands of unknown fields",
    code: "invalid_input",
    says: /^.{0,900}and 4980 more/,
    command: (stage) =>
      bookFirst(stage, Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]))),
  },
  {
    name: "a page that is too long",
    code: "invalid_input",
    says: /at most 500/,
    command: ({ engine }) => engine.listSlots({ limit: 501 }),
  },
  {
    name: "an unknown status",
    code: "invalid_input",
    says: /must be one of available/,
    command: ({ engine }) => engine.listSlots({ statuses: ["free" as never] }),
  },
];

async function stageOn(engine: Engine): Promise<Stage> {
  const slots = await publish(engine, 3);
  const { appointment } = await engine.book({
    actor: patient,
    slotId: slots[2]?.id ?? "",
    subjectId: "p-1",
    idempotencyKey: "publish",
  });
  const waiting = await askFor(engine, minutes(1000), minutes(1010), "p-2");
  return { engine, slots, appointmentId: appointment.id, askedId: waiting.id };
}

/** Everything stored, as one value to compare. */
async function contents(engine: Engine): Promise<unknown> {
  return [await engine.listSlots({ limit: 500 }), await engine.listAppointments({ limit: 500 })];
}

const badInputs: readonly BadInput[] = [...times, ...ids, ...metadata, ...others];

export const badInputCases: readonly ConformanceCase[] = [
  {
    key: "bad-input.typed-and-traceless",
    title: "every bad input gets its typed error, says what is wrong, and leaves nothing behind",
    async run({ storage }) {
      const stage = await stageOn(engineOn(storage));
      for (const { name, code, says, command } of badInputs) {
        const isTwoSteps = name === "a cancelled appointment accepted";
        const before = await contents(stage.engine);
        const { message } = await refusal(command(stage), code);
        assert.match(message, says, name);
        if (!isTwoSteps) assert.deepEqual(await contents(stage.engine), before, name);
      }
      await assertSound(storage);
    },
  },
  {
    key: "bad-input.same-as-reference",
    title: "every bad input gets the same code, message and details as on the reference adapter",
    async run({ storage }) {
      const answersOn = async (one: StorageAdapter) => {
        let made = 0;
        const newId = () => `id-${made++}`;
        const stage = await stageOn(engineOn(one, { clock: manualClock(), newId }));
        const answers: unknown[] = [];
        for (const { name, code, command } of badInputs) {
          const { message, details } = await refusal(command(stage), code);
          answers.push([name, code, message, details]);
        }
        return [answers, await contents(stage.engine)];
      };
      assert.deepEqual(await answersOn(storage), await answersOn(memoryAdapter()));
    },
  },
  {
    key: "bad-input.odd-text",
    title: "odd but valid text is kept, compared and returned exactly as it was given",
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
    title: "ids that differ in case, accents or punctuation only are different, and sort by their characters' codes",
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
        const slots = [{ start, end: new Date(nineThirty) }];
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

const nineThirty = minutes(30).getTime();
