import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as schemas from "../src/schemas/index.ts";

const { inputSchemas, callCodes, ...parts } = schemas;
const all: Readonly<Record<string, z.ZodType>> = { ...inputSchemas, ...parts };

it("the schemas of inputs are those of all calls that take an object", () => {
  const takesNone = ["preview", "getSlot", "getAppointment", "checkSync", "transaction"];
  const takeAnObject = Object.keys(callCodes).filter((name) => !takesNone.includes(name));
  expect(Object.keys(inputSchemas).sort()).toEqual(takeAnObject.sort());
});

describe("the JSON Schema of an input", () => {
  it.each(Object.keys(all))("can be had of %s, as input and as output", (name) => {
    for (const io of ["input", "output"] as const) {
      const described = z.toJSONSchema(all[name] as z.ZodType, { io });
      expect(JSON.stringify(described).length).toBeGreaterThan(70);
    }
  });

  it("says of a time that it is a string or a local time, of metadata an object, and of a callback that there is none", () => {
    const of = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input" }).properties as Record<string, unknown>;
    expect(of(schemas.newSlotSchema)).toMatchObject({
      start: {
        anyOf: [
          { type: "string", format: "date-time" },
          { type: "string" },
          { type: "object", required: ["local", "timeZone"] },
        ],
      },
      metadata: { type: "object" },
      capacity: { type: "integer", minimum: 1, maximum: 1000, default: 1 },
    });
    expect(of(inputSchemas.listSlots).statuses).toMatchObject({
      type: "array",
      items: { enum: ["available", "held", "booked", "blocked"] },
      minItems: 1,
      maxItems: 4,
    });
    expect(of(inputSchemas.createManySlots)).toMatchObject({
      slots: { type: "array", items: { properties: { start: { anyOf: [{}, {}, {}] } }, required: ["start", "end"] } },
      onProgress: { not: {} },
      signal: { not: {} },
    });
    expect(of(inputSchemas.reconcile).onFinding).toEqual({ not: {} });
    expect(of(schemas.bookTimeSchema).slotId).toEqual({ not: {} });
  });

  it("says of a reason that is required that it is not blank, and of one that is not, nothing of the kind", () => {
    const reasonOf = ({ properties = {} }: z.core.JSONSchema.BaseSchema) => properties.reason;
    const of = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input" });
    const required = { type: "string", minLength: 1, maxLength: 500, pattern: "\\S" };
    const { override } = of(inputSchemas.cancel).properties as { override: z.core.JSONSchema.BaseSchema };
    const overridden = override.items as z.core.JSONSchema.BaseSchema;
    for (const one of [of(inputSchemas.breakHold), of(inputSchemas.decline), overridden]) {
      expect(reasonOf(one)).toEqual(required);
      expect(one.required).toContain("reason");
    }
    expect(reasonOf(of(inputSchemas.cancel))).toEqual({ type: "string", maxLength: 500 });
  });
});
