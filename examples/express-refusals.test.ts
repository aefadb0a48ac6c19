import { describe, expect, it } from "vitest";
import { type Answer, newPlace, nine, publish, staff } from "./express/testing/client.ts";
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
const nobody = { actor: "" } as const;
const signIn = (body: unknown, headers = {}) => send("POST /sign-in", { ...nobody, body, headers });
const book = (body: unknown, headers = {}) => send("POST /appointments", { body, headers });
const wish = { slotId: "none", subjectId: "ada" };

const refusals: readonly [what: string, sent: () => Promise<Answer>, status: number, scenario: string][] = [
  ["a sign-in that is not JSON", () => signIn('{"kind":'), 400, "bad_request"],
  ["a sign-in of another type", () => signIn("kind=staff", { "Content-Type": "text/plain" }), 400, "invalid_input"],
  ["a sign-in that is too large", () => signIn({ id: "x".repeat(200_000) }), 413, "payload_too_large"],
  ["a sign-in as nobody", () => signIn({ kind: "patient", id: "" }), 400, "invalid_input"],
  ["a sign-in as what there is not", () => signIn({ kind: "system", id: "root" }), 400, "invalid_input"],
  ["a booking of nobody's", () => send("POST /appointments", { ...nobody, body: wish }), 401, "not_signed_in"],
  [
    "a booking with a forged session",
    () => send("POST /appointments", { ...nobody, body: wish, headers: { Cookie: "session=patient/ada" } }),
    401,
    "not_signed_in",
  ],
  [
    "a booking that a page of another site sent",
    () => book(wish, { "Sec-Fetch-Site": "cross-site" }),
    403,
    "cross_site",
  ],
  ["a booking that is not JSON", () => book('{"slotId":'), 400, "invalid_input"],
  ["a booking of another type", () => book("a=b", { "Content-Type": "text/plain" }), 415, "not_json"],
  ["a booking with an unknown field", () => book({ ...wish, colour: "red" }), 400, "invalid_input"],
  ["an amount that is not a number", () => book({ ...wish, amountCents: "1" }), 400, "invalid_input"],
  ["an amount with half a cent", () => book({ ...wish, amountCents: 0.5 }), 400, "invalid_input"],
  ["an amount that no column holds", () => book({ ...wish, amountCents: 2 ** 31 }), 400, "invalid_input"],
  [
    "a booking for somebody else",
    () => book({ ...newPlace(), ...nine, ifNoSlot: "schedule", subjectId: "ben" }),
    403,
    "forbidden",
  ],
  ["a slot that does not exist", () => book(wish), 404, "slot_not_found"],
  [
    "a patient who publishes slots",
    () => send("POST /slots", { body: { ...newPlace(), slots: [nine] } }),
    403,
    "forbidden",
  ],
  ["a patient who repairs", () => send("POST /reconcile"), 403, "forbidden"],
  ["invoices of nobody's", () => send("GET /invoices", nobody), 401, "not_signed_in"],
  ["invoices for the staff, of whom they do not say", () => send("GET /invoices", staff), 400, "invalid_input"],
  ["an unknown route", () => send("GET /dentists"), 404, "route_not_found"],
  ["a path that cannot be decoded", () => send("GET /slots/%ZZ"), 400, "bad_request"],
  ["an unknown method", () => send("PUT /slots"), 405, "method_not_allowed"],
];

describe("the Express host answers in one envelope", () => {
  it.each(refusals)("to %s", async (_what, sent, status, scenario) => {
    const answer = await sent();
    expect(answer).toMatchObject({ status, body: { ...envelope, scenario } });
    expect(answer.headers.get("Content-Type")).toMatch("application/json");
    expect(answer.headers.get("Retry-After")).toBeNull();
  });

  it("as problem details where the client asks for them, with the host's own code", async () => {
    const headers = { Accept: "application/problem+json" };
    const library = await book(wish, headers);
    expect(library.headers.get("Content-Type")).toMatch("application/problem+json");
    expect(library.body).toMatchObject({ status: 404, code: "slot_not_found", details: { slotId: "none" } });
    const { id: slotId } = await publish(send, newPlace());
    const host = await book({ slotId, subjectId: "ada", amountCents: -1 }, headers);
    expect(host).toMatchObject({ status: 422, body: { status: 422, code: "invoice_refused", recoverable: true } });
  });
});

describe("the stand-in for a sign-in", () => {
  it("says with every session that it is one, and keeps the cookie from scripts", async () => {
    const { status, body, headers } = await signIn({ kind: "patient", id: "ada" });
    expect([status, body]).toMatchObject([200, { success: true, warning: expect.stringContaining("not a sign-in") }]);
    expect(headers.get("Set-Cookie")).toMatch(/^session=[\da-f-]{36}; .*HttpOnly; SameSite=Lax$/);
  });
});

describe("a patient of the Express host", () => {
  const ben = { actor: "patient/ben" } as const;

  it("keeps times for themselves, and learns of nobody else's holds and calendars", async () => {
    const place = newPlace();
    const { id: slotId } = await publish(send, place);
    const asBen = await send("POST /holds", { body: { slotId, holderId: "ben" } });
    expect(asBen).toMatchObject({
      status: 403,
      body: { details: { problem: "You can keep times for yourself only." } },
    });
    expect(await send("POST /holds", { body: { slotId, holderId: "ada", seconds: 60 } })).toMatchObject({
      status: 201,
      body: { slot: { hold: { holderId: "ada" } } },
    });
    const routes = [
      `GET /slots/${slotId}`,
      `GET /slots/${slotId}/history`,
      `GET /slots?providerId=${place.providerId}`,
      "GET /slots?holderId=ada",
      `GET /changes?providerId=${place.providerId}`,
    ] as const;
    const seenBy = (sent: object) => Promise.all(routes.map(async (route) => (await send(route, sent)).body));
    expect((await seenBy({})).map((body) => JSON.stringify(body).includes('"holderId":"ada"'))).not.toContain(false);
    expect(JSON.stringify(await seenBy(ben))).not.toContain('"ada"');
    // Nor of those that are over.
    await send(`POST /slots/${slotId}/break-hold`, { ...staff, body: { reason: "Needed for an emergency" } });
    expect(JSON.stringify(await seenBy(ben))).not.toContain('"ada"');
    const range = { from: "2027-03-22T00:00:00Z", until: "2027-03-23T00:00:00Z" };
    const busy = { ...place, ...range, source: "private-calendar.ics", intervals: [nine] };
    expect(await send("POST /busy-times", { ...staff, body: busy })).toMatchObject({
      status: 200,
      body: { created: 1 },
    });
    const [forStaff, forBen] = [await seenBy(staff), await seenBy(ben)].map((bodies) => JSON.stringify(bodies));
    expect([forStaff, forBen].map((text) => text?.includes("private-calendar"))).toEqual([true, false]);
  });
});
