import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, requestHash } from "../src/engine/hash.ts";
import { copyOf, isSameJson, plainFields, plainJson } from "../src/model/plain-json.ts";

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const dates = fc.date({ noInvalidDate: true });
// Without -0: metadata has been through JSON when it gets there.
const values = fc.anything({ values: [fc.jsonValue().map(throughJson), dates, fc.constant(undefined)], maxDepth: 4 });
const fields = fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), values, { noNullPrototype: true });

describe("a value as plain JSON", () => {
  it("is what a way through JSON makes of it, whatever fields and dates it has", () => {
    fc.assert(
      fc.property(fields, (value) => {
        expect(plainFields(value)).toEqual(throughJson(value));
        expect(JSON.stringify(plainJson([value]))).toBe(JSON.stringify([value]));
      }),
      { examples: [[JSON.parse('{"__proto__":{"a":1},"b":null}')], [{ a: [undefined], b: undefined }]] },
    );
  });

  it("has every instant as toISOString writes it, before 1970 and beyond the year 9999, too", () => {
    fc.assert(
      fc.property(dates, (date) => {
        expect(plainJson(date)).toBe(date.toISOString());
      }),
      { numRuns: 1_000, examples: [[new Date(-1)], [new Date(0)], [new Date("1969-12-31")], [new Date(8.64e15)]] },
    );
  });

  it("has those at a full minute in the same form, whichever came before", () => {
    const minutes = fc
      .date({ noInvalidDate: true, min: new Date(-8e15), max: new Date(8e15) })
      .map((date) => new Date(Math.floor(date.getTime() / 60_000) * 60_000));
    fc.assert(
      fc.property(minutes, fc.constantFrom(0, 1, 1_000, 59_999), (minute, more) => {
        const date = new Date(minute.getTime() + more);
        expect(plainJson([minute, date])).toEqual([minute.toISOString(), date.toISOString()]);
      }),
      {
        numRuns: 1_000,
        examples: [
          [new Date(-60_000), 0],
          [new Date("1969-12-31T23:59:00Z"), 59_999],
        ],
      },
    );
  });

  it("shares nothing with the original that can change", () => {
    const original = { list: [{ deep: 1 }], at: new Date(0) };
    const copies = [plainFields(original) as typeof original, copyOf(original)];
    for (const { list } of copies) (list[0] as { deep: number }).deep = 2;
    copies[1]?.at.setTime(1);
    expect(original).toEqual({ list: [{ deep: 1 }], at: new Date(0) });
  });
});

it("a copy equals its original", () => {
  fc.assert(
    fc.property(fields, (value) => {
      expect(copyOf(value)).toStrictEqual(value);
    }),
  );
});

describe("the text that tells requests apart", () => {
  it("is the same for the same fields in another order", () => {
    const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse());
    fc.assert(
      fc.property(fields, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("has the names in order and all fields, whatever the objects before had", () => {
    const inOrder = (value: Readonly<Record<string, number>>) =>
      JSON.stringify(
        Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((name) => [`_${name}`, value[name]]),
        ),
      );
    const few = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.integer(), { minKeys: 1, maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(few), (list) => {
        const texts = list.map((value) => canonicalJson(value).replaceAll(/"(?=[a-d]")/g, '"_'));
        expect(texts).toEqual(list.map(inOrder));
        expect(canonicalJson(list)).toBe(`[${list.map(canonicalJson).join()}]`);
      }),
    );
  });

  it("of a request is the same for metadata in another order, of its slots as well", () => {
    const hashOf = (metadata: object) => requestHash("createSlots", { metadata, slots: [{ metadata }] });
    expect(hashOf({ b: { d: 1, c: 2 }, a: 3 })).toBe(hashOf({ a: 3, b: { c: 2, d: 1 } }));
    expect(hashOf({ a: 3 })).not.toBe(hashOf({ a: 4 }));
  });

  it("differs with every field of the host's, one named __proto__ included", () => {
    const [one, other] = ['{"__proto__":1}', '{"__proto__":2}'].map((text) => canonicalJson(JSON.parse(text)));
    expect(one).toBe('{"__proto__":1}');
    expect(other).not.toBe(one);
  });
});

describe("two values of JSON are the same", () => {
  const objectOf = (value: fc.Arbitrary<unknown>) =>
    fc.dictionary(fc.constantFrom("a", "b", "__proto__"), value, { maxKeys: 2, noNullPrototype: true });
  // Few, so that many of two are the same.
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, 0, "", false),
      fc.array(tie("tree"), { maxLength: 2 }),
      objectOf(tie("tree")),
    ),
  }));

  it("if their texts in one order of fields are", () => {
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        expect(isSameJson(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
        expect(isSameJson(one, JSON.parse(canonicalJson(one)))).toBe(true);
      }),
    );
  });
});
