import { type ErrorCode, limits } from "@slotwright/core";
import { minutes, provider } from "../fixtures.ts";
import { at, type BadInput, bookFirst, create } from "./bad-input-stage.ts";

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
    "a time without a zone offset",
    at("2026-03-02T19:00:00", minutes(660)),
    "invalid_input",
    /slots\.0\.start: .*zone offset/,
  ],
  ["a date without a time", at("2026-03-02", minutes(660)), "invalid_input", /slots\.0\.start/],
  ["a zone offset that does not exist", at("2026-03-02T19:00:00+25:00", minutes(660)), "invalid_input", /zone offset/],
  ["a day that does not exist", at("2026-02-30T19:00:00Z", minutes(660)), "invalid_input", /exists/],
  ["an hour that does not exist", at("2026-03-02T24:00:00Z", minutes(660)), "invalid_input", /exists/],
  ["a time finer than a millisecond", at("2026-03-02T19:00:00.0001Z", minutes(660)), "invalid_input", /millisecond/],
  ["an invalid Date", at(new Date(Number.NaN), minutes(660)), "invalid_input", /valid Date/],
  ["a number as a time", at(Date.UTC(2026, 2, 2), minutes(660)), "invalid_input", /must be a Date/],
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
  ["metadata that is not an object", "text", /plain object/],
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

const blank: readonly (readonly [name: string, reason: string])[] = [
  ["an empty reason", ""],
  ["a reason of white space", " \n\t\u00a0\u3000 "],
];

/** Where a reason is required, it has to say something. */
const reasons: readonly BadInput[] = blank.flatMap(([name, reason]) =>
  (
    [
      [
        "of an override",
        / override\.0\.reason: must say why\./,
        (stage) => bookFirst(stage, { override: [{ policy: "p", reason }] }),
      ],
      [
        "for breaking a hold",
        / reason: must say why\./,
        ({ engine, slots }) => engine.breakHold({ actor: provider, slotId: slots[0]?.id ?? "", reason }),
      ],
      [
        "for declining a request",
        / reason: must say why\./,
        ({ engine, askedId }) => engine.decline({ actor: provider, appointmentId: askedId, reason }),
      ],
    ] satisfies readonly (readonly [string, RegExp, BadInput["command"]])[]
  ).map(([what, says, command]) => ({ name: `${name} ${what}`, code: "invalid_input", says, command })),
);

/** Values that no command accepts: times, ids, metadata, and reasons that say nothing. */
export const badValues: readonly BadInput[] = [...times, ...ids, ...metadata, ...reasons];
