import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { codesOf } from "../src/openapi/document.ts";
import { keySchema } from "../src/routes/fields.ts";
import { operationNames, routeOf } from "../src/routes/table.ts";
import { stage } from "./stage.ts";

const calls = { book: { fields: z.strictObject({ amountCents: z.int() }), run: async () => ({}) } };

describe("the OpenAPI document", () => {
  it("is valid by a standard validator, with live slots and without, and with fields of the host's", async () => {
    for (const live of [undefined, { forDays: 1, openTo: "everybody" } as const]) {
      const { send } = await stage({ ...(live && { live }), calls });
      const { status, body } = await send("GET /openapi.json", { actor: "" });
      expect(status).toBe(200);
      const result = await new Validator().validate(body);
      expect(result.errors ?? []).toEqual([]);
      expect(result.valid).toBe(true);
      const text = JSON.stringify(body);
      for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
        expect(Object.keys(body.components.schemas)).toContain(name);
      }
      expect(text).not.toContain("#/$defs");
    }
  });

  it("has every operation once, and says what its body takes, without what headers and the path say", async () => {
    const { send } = await stage({ calls });
    const { body } = await send("GET /openapi.json");
    // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
    const operations: any[] = Object.values(body.paths).flatMap((path) => Object.values(path as object));
    const names = operations.map(({ operationId }) => operationId).sort();
    expect(names).toEqual(operationNames.filter((name) => name !== "countByDay" && name !== "nextOpen").sort());
    const book = body.paths["/appointments"].post;
    for (const one of book.requestBody.content["application/json"].schema.anyOf) {
      expect(Object.keys(one.properties)).toContain("amountCents");
      expect(Object.keys(one.properties)).not.toContain("actor");
      expect(one.required).toEqual(expect.arrayContaining(["subjectId", "amountCents"]));
    }
    for (const path of ["/open-slots", "/open-slots/explanation", "/slots/{slotId}/explanation"]) {
      const asked = body.paths[path].get.parameters.map((one: { name: string; in: string }) => `${one.in} ${one.name}`);
      expect(asked).toContain("header Hold-Token");
      expect(asked).toContain("query holderId");
      expect(asked.join()).not.toContain("holdTokens");
    }
    const holds = body.paths["/holds"].post.requestBody.content["application/json"].schema.anyOf;
    const holding = ["seconds", "holderId"];
    expect(holds.map((one: { properties: object }) => Object.keys(one.properties))).toEqual([
      ["reason", "override", "slotId", "alsoSlotIds", ...holding],
      ["reason", "override", "slotId", "providerId", "facilityId", "start", "end", ...holding],
    ]);
    const keyOf = (path: string) =>
      body.paths[path].post.parameters.find(({ name }: { name: string }) => name === "Idempotency-Key")?.schema;
    const ofKeys = ["/appointments", "/slots/many", "/slots/publish", "/reconcile"].map(keyOf);
    // Of many slots, each chunk has a key of its own, which is longer.
    expect(ofKeys.map((schema) => schema?.maxLength)).toEqual([116, 103, undefined, undefined]);
    const commands = operationNames.filter((name) => routeOf(name).method === "POST");
    const withoutKey = commands.filter((name) => keySchema(routeOf(name)) === undefined);
    expect(commands.filter((name) => routeOf(name).hasNoKey === true)).toEqual(withoutKey);
    const slots = body.paths["/slots"].get.parameters.map(({ name }: { name: string }) => name);
    expect(slots.sort()).toEqual([
      "cursor",
      "facilityId",
      "from",
      "holderId",
      "limit",
      "newestFirst",
      "providerId",
      "status",
      "to",
    ]);
    expect(Object.keys(book.responses)).toEqual(
      expect.arrayContaining(["201", "400", "401", "409", "412", "422", "503"]),
    );
  });

  it("names every code that the handler's answers have", () => {
    expect(codesOf("book")).toEqual(expect.arrayContaining(["slot_booked", "not_json", "closing", "outcome_unknown"]));
    expect(codesOf("stream")).toEqual(expect.arrayContaining(["feed_reset", "too_many_streams"]));
  });
});
