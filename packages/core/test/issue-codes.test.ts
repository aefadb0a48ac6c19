import { minutes, patient, place, provider, refusal } from "@slotwright/conformance/fixtures";
import { expect, it } from "vitest";
import { createEngine, type Engine, type InputIssue, type IssueCode, issueCodes } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { inputSchemas } from "../src/schemas/index.ts";

type Wrong = readonly [issue: Omit<InputIssue, "message">, call: (engine: Engine) => Promise<unknown>];

const half = { start: minutes(0), end: minutes(30) };
const create =
  (slot: object, more: object = {}) =>
  (engine: Engine) =>
    engine.createSlots({ actor: provider, ...place, slots: [{ ...half, ...slot }], ...more } as never);
const book = (more: object) => (engine: Engine) =>
  engine.book({ actor: patient, subjectId: "p-1", slotId: "s-1", ...more } as never);
const list = (more: object) => (engine: Engine) => engine.listSlots(more);

const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });
const throwing = {
  get slotId() {
    throw new Error("no");
  },
};

/** For every code but those that hosts use, inputs that have such an issue. */
const wrong: readonly Wrong[] = [
  [{ path: "subjectId", code: "required" }, book({ subjectId: undefined })],
  [{ path: "slots.0.end", code: "required" }, create({ end: undefined })],
  [{ path: "", code: "required" }, (engine) => engine.getSlot(undefined as never)],
  [{ path: "", code: "unknown_field", fields: ["slotid"] }, book({ slotid: "s" })],
  [{ path: "subjectId", code: "wrong_type" }, book({ subjectId: 7 })],
  [{ path: "metadata", code: "wrong_type" }, book({ metadata: [] })],
  [{ path: "slots.0.capacity", code: "wrong_type" }, create({ capacity: 1.5 })],
  [{ path: "subjectId", code: "too_short", minimum: 1 }, book({ subjectId: "" })],
  [{ path: "reason", code: "too_long", maximum: 500 }, book({ reason: "r".repeat(501) })],
  [{ path: "metadata", code: "too_long", maximum: 16_384 }, book({ metadata: { a: "a".repeat(20_000) } })],
  [{ path: "alternatives", code: "too_small", minimum: 0 }, book({ alternatives: -1 })],
  [{ path: "alternatives", code: "too_large", maximum: 20 }, book({ alternatives: 21 })],
  [{ path: "slots", code: "too_few", minimum: 1 }, create({}, { slots: [] })],
  [{ path: "alsoSlotIds", code: "too_many", maximum: 15 }, book({ alsoSlotIds: Array(16).fill("s") })],
  [
    { path: "slots", code: "too_many", maximum: 50_000 },
    create({}, { slots: Array(51).fill({ ...half, capacity: 1000 }) }),
  ],
  [
    { path: "slots", code: "too_much", maximum: 15_000_000 },
    create({ capacity: 1000, metadata: { a: "a".repeat(16_000) } }),
  ],
  [{ path: "metadata", code: "too_deep", maximum: 16 }, book({ metadata: deep(17) })],
  [
    { path: "ifNoSlot", code: "not_an_option", options: ["refuse", "schedule"] },
    book({ slotId: undefined, ...place, ...half, ifNoSlot: "x" }),
  ],
  [{ path: "slots.0.start", code: "not_an_instant" }, create({ start: "2026-03-02" })],
  [{ path: "slots.0.start", code: "not_an_instant" }, create({ start: 7 })],
  [{ path: "slots.0.start", code: "too_fine" }, create({ start: "2026-03-02T09:00:00.0001Z" })],
  [{ path: "slots.0.start", code: "no_such_time" }, create({ start: "2026-02-30T09:00:00Z" })],
  [
    { path: "slots.0.start.local", code: "no_such_time" },
    create({ start: { local: "2027-03-28T02:30", timeZone: "Europe/Berlin" } }),
  ],
  [
    { path: "slots.0.start.local", code: "ambiguous_time" },
    create({ start: { local: "2027-10-31T02:30", timeZone: "Europe/Berlin" } }),
  ],
  [
    { path: "slots.0.start.timeZone", code: "not_a_time_zone" },
    create({ start: { local: "2027-10-31T02:30", timeZone: "Mars/Olympus" } }),
  ],
  [{ path: "slots.0.start.timeZone", code: "required" }, create({ start: { local: "2027-10-31T02:30" } })],
  [{ path: "slots.0.start", code: "year_out_of_range" }, create({ start: "1066-10-14T09:00:00Z" })],
  [{ path: "timeZone", code: "not_a_time_zone" }, create({}, { timeZone: "+01:00" })],
  [{ path: "subjectId", code: "forbidden_character" }, book({ subjectId: "a\nb" })],
  [{ path: "reason", code: "forbidden_character" }, book({ reason: "\0" })],
  [{ path: "metadata", code: "forbidden_character" }, book({ metadata: { a: "\ud800" } })],
  [{ path: "subjectId", code: "outer_white_space" }, book({ subjectId: " a" })],
  [{ path: "metadata", code: "not_json" }, book({ metadata: { a: Number.NaN } })],
  [{ path: "alsoSlotIds", code: "repeated" }, book({ alsoSlotIds: ["s-2", "s-2"] })],
  [{ path: "statuses", code: "needs_another_field" }, list({ statuses: ["held"] })],
  [{ path: "", code: "conflicting_fields" }, (engine) => engine.history({ slotId: "s", appointmentId: "a" } as never)],
  [{ path: "cursor", code: "not_a_cursor" }, list({ cursor: "nonsense" })],
  [{ path: "", code: "unreadable" }, (engine) => engine.hold(throwing as never)],
  [{ path: "", code: "unreadable" }, (engine) => engine.extend(throwing as never)],
  [{ path: "holdToken", code: "invalid" }, book({ holdToken: [7] })],
];

it.each(wrong)("%o is what an input says that has it", async (issue, call) => {
  const { details } = await refusal(call(createEngine({ storage: memoryAdapter() })), "invalid_input");
  const [{ message, ...found }, ...others] = details.issues as readonly [InputIssue, ...InputIssue[]];
  expect(found).toEqual(issue);
  expect(others).toEqual([]);
  expect(message).toMatch(/./);
});

it("leaves no code out", () => {
  const met = new Set<IssueCode>(["custom", ...wrong.map(([{ code }]) => code)]);
  expect(issueCodes.filter((code) => !met.has(code))).toEqual([]);
});

it("tells the place of an issue among many slots as it does among few", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const call = { actor: provider, ...place, slots: [half, { ...half, capacity: 0 }] };
  const { details } = await refusal(engine.createManySlots(call), "invalid_input");
  expect(details.issues).toMatchObject([{ path: "slots.1.capacity", code: "too_small", minimum: 1 }]);
});

it.each(Object.keys(inputSchemas))("%s says of an input that is no object that it must be one", async (name) => {
  const engine = createEngine({ storage: memoryAdapter() });
  const calls = engine as unknown as Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  for (const input of ["x", 7, null, []]) {
    // `subscribe` throws at once.
    const call = async () => calls[name]?.(input) ?? expect.unreachable();
    const { details } = await refusal(call(), "invalid_input");
    expect(details.issues).toEqual([{ path: "", code: "wrong_type", message: "it must be an object" }]);
  }
});

it("says it of an object within an input, too, and speaks in full where there is no path", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const call = { actor: provider, ...place, slots: ["x"] } as never;
  for (const created of [engine.createSlots(call), engine.createManySlots(call)]) {
    const { details } = await refusal(created, "invalid_input");
    expect(details.issues).toEqual([{ path: "slots.0", code: "wrong_type", message: "must be an object" }]);
  }
  expect((await refusal(engine.getSlot(7 as never), "invalid_input")).details.issues).toMatchObject([
    { path: "", message: "it must be a string" },
  ]);
});

it.each([
  ["a\0b", "must not contain control characters"],
  ["a\ud800", "must not contain half a surrogate pair"],
])("of one forbidden character in an id there is one issue: %j", async (subjectId, message) => {
  const engine = createEngine({ storage: memoryAdapter() });
  const { details } = await refusal(engine.book({ actor: patient, subjectId, slotId: "s-1" }), "invalid_input");
  expect(details.issues).toEqual([{ path: "subjectId", code: "forbidden_character", message }]);
});
