import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Answer, newPlace, nine, publish } from "./express/testing/client.ts";
import { sqlite } from "./express/testing/engines.ts";
import { hostsOn } from "./express/testing/hosts.ts";

// No engine has a say in these.
const { send } = hostsOn(sqlite, ["send"]);

const envelope = {
  success: false,
  message: expect.any(String),
  details: expect.any(Object),
  recoverable: expect.any(Boolean),
};
const id = randomUUID();
const problem = { Accept: "application/problem+json" };

const refusals: readonly [what: string, sent: () => Promise<Answer>, status: number, scenario: string][] = [
  ["JSON that is none", () => send("POST /slots", { body: '{"providerId":' }), 400, "invalid_input"],
  ["a body that is no object", () => send("POST /slots", { body: [] }), 400, "invalid_input"],
  ["missing fields", () => send("POST /slots", { body: {} }), 400, "invalid_input"],
  [
    "an unknown field",
    () => send("POST /slots", { body: { ...newPlace(), ...nine, colour: "red" } }),
    400,
    "invalid_input",
  ],
  [
    "an actor in the body",
    () => send("POST /slots", { body: { actor: { kind: "x", id: "y" } } }),
    400,
    "invalid_input",
  ],
  [
    "an amount that is no number",
    () => send("POST /appointments", { body: { slotId: id, subjectId: "a", amountCents: "1" } }),
    400,
    "invalid_input",
  ],
  [
    "a range that ends before it starts",
    () => send("POST /slots", { body: { ...newPlace(), ...nine, end: nine.start } }),
    400,
    "invalid_time_range",
  ],
  ["an unknown query parameter", () => send("GET /slots?colour=red"), 400, "invalid_input"],
  ["a limit that is no number", () => send("GET /appointments?limit=many"), 400, "invalid_input"],
  ["a path that cannot be decoded", () => send("GET /slots/%ZZ"), 400, "bad_request"],
  [
    "a body of another type",
    () => send("POST /slots", { body: "a=b", headers: { "Content-Type": "text/plain" } }),
    415,
    "not_json",
  ],
  [
    "a body in an unknown encoding",
    () => send("POST /slots", { body: {}, headers: { "Content-Encoding": "zip" } }),
    415,
    "not_json",
  ],
  [
    "a body that is too large",
    () => send("POST /slots", { body: { reason: "x".repeat(17e6) } }),
    413,
    "payload_too_large",
  ],
  ["no actor", () => send(`DELETE /appointments/${id}`, { actor: "" }), 401, "not_signed_in"],
  ["an actor without its kind", () => send(`DELETE /appointments/${id}`, { actor: "ada" }), 401, "not_signed_in"],
  ["an unknown slot", () => send(`GET /slots/${id}`), 404, "slot_not_found"],
  ["an unknown slot to check", () => send(`GET /slots/${id}/sync`), 404, "slot_not_found"],
  ["an unknown slot to block", () => send(`POST /slots/${id}/block`), 404, "slot_not_found"],
  ["an unknown appointment", () => send(`GET /appointments/${id}`), 404, "appointment_not_found"],
  ["an unknown appointment to cancel", () => send(`DELETE /appointments/${id}`), 404, "appointment_not_found"],
  ["an unknown route", () => send("GET /dentists"), 404, "route_not_found"],
  ["an unknown method", () => send("PUT /slots"), 404, "route_not_found"],
  ["an empty key", () => send(`POST /slots/${id}/block`, { headers: { "Idempotency-Key": "" } }), 400, "invalid_input"],
  ...["3", 'W/"3"', '"0"', '"1", "2"', '"abc"', ""].map((tag): (typeof refusals)[number] => [
    `If-Match: ${tag}`,
    () => send(`POST /slots/${id}/block`, { headers: { "If-Match": tag } }),
    400,
    "invalid_input",
  ]),
  [
    "If-Match without the slot that it is about",
    () =>
      send("POST /appointments", { body: { ...newPlace(), ...nine, subjectId: "a" }, headers: { "If-Match": '"1"' } }),
    400,
    "invalid_input",
  ],
];

describe("the Express host answers in the library's envelope", () => {
  it.each(refusals)("to %s", async (_what, sent, status, scenario) => {
    const answer = await sent();
    expect(answer).toMatchObject({ status, body: { ...envelope, scenario } });
    expect(answer.headers.get("Content-Type")).toMatch("application/json");
    expect(answer.headers.get("Retry-After")).toBeNull();
  });

  it("as problem details where the client asks for them", async () => {
    const library = await send(`GET /slots/${id}`, { headers: problem });
    expect(library.headers.get("Content-Type")).toMatch("application/problem+json");
    expect(library.headers.get("Vary")).toBe("Accept");
    expect(library.body).toMatchObject({ status: 404, code: "slot_not_found", details: { slotId: id } });
    const host = await send("GET /dentists", { headers: problem });
    expect(host).toMatchObject({
      status: 404,
      body: { status: 404, code: "route_not_found", type: expect.any(String) },
    });
    const both = await send("GET /dentists", {
      headers: { Accept: "text/html, application/problem+json;q=0.5, */*;q=0.9" },
    });
    expect(both.headers.get("Content-Type")).toMatch("application/json");
  });

  it("and gives no 304 for a version, since a hold ends by the clock alone", async () => {
    const slot = await publish(send, newPlace());
    expect(await send(`GET /slots/${slot.id}`, { headers: { "If-None-Match": '"1"' } })).toMatchObject({ status: 200 });
  });
});
