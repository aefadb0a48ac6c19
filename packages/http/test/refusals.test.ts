import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeOnEachEngine } from "./engines.ts";
import { place, publish, type Sent, slotAt, stage, week } from "./stage.ts";

const envelope = {
  success: false,
  message: expect.any(String),
  details: expect.any(Object),
  recoverable: expect.any(Boolean),
};

const listCursor = (list: string, ...parts: readonly unknown[]) =>
  Buffer.from(JSON.stringify([list, ...parts])).toString("base64url");
const openCursor = listCursor("open", Date.UTC(2027, 2, 22), "x", "ascending");

type Refusal = readonly [what: string, route: string, sent: Sent, status: number, code: string];

const refusals: readonly Refusal[] = [
  ["JSON that is none", "POST /appointments", { body: '{"slotId":' }, 400, "invalid_input"],
  ["a body that is no object", "POST /appointments", { body: [] }, 400, "invalid_input"],
  ["a body that is null", "POST /appointments", { body: "null" }, 400, "invalid_input"],
  [
    "an unknown field",
    "POST /appointments",
    { body: { slotId: "s", subjectId: "a", colour: "red" } },
    400,
    "invalid_input",
  ],
  ["a field of the prototype", "POST /slots/x/block", { body: '{"__proto__":{"reason":"x"}}' }, 400, "invalid_input"],
  ["an actor in the body", "POST /slots/x/block", { body: { actor: { kind: "x", id: "y" } } }, 400, "invalid_input"],
  ["a key in the body", "POST /slots/x/block", { body: { idempotencyKey: "k" } }, 400, "invalid_input"],
  ["a version in the body", "POST /slots/x/block", { body: { ifVersion: 1 } }, 400, "invalid_input"],
  ["another id in the body than in the path", "POST /slots/x/block", { body: { slotId: "y" } }, 400, "invalid_input"],
  ["a callback in the body", "POST /reconcile", { body: { onFinding: "x" } }, 400, "invalid_input"],
  ["a signal in the query", "GET /changes/stream?signal=x", {}, 400, "invalid_input"],
  ["a poll time in the query", "GET /changes/stream?pollMs=10", {}, 400, "invalid_input"],
  ["an unknown query parameter", "GET /slots?colour=red", {}, 400, "invalid_input"],
  ["a parameter that comes twice", "GET /slots?limit=1&limit=2", {}, 400, "invalid_input"],
  ["a query for a command", "POST /slots/x/block?reason=x", {}, 400, "invalid_input"],
  ["a limit that is no number", "GET /appointments?limit=many", {}, 400, "invalid_input"],
  ["a limit that is too large", "GET /appointments?limit=501", {}, 400, "invalid_input"],
  ["a time without an offset", "GET /slots?from=2027-03-22T09:00:00", {}, 400, "invalid_input"],
  [
    "a range that ends before it begins",
    "GET /slots?from=2027-03-23T00:00:00Z&to=2027-03-22T00:00:00Z",
    {},
    400,
    "invalid_time_range",
  ],
  ["free times without a bound", "GET /open-slots", {}, 400, "invalid_input"],
  ["a snapshot without a bound", "GET /snapshot?providerId=x", {}, 400, "invalid_input"],
  ["a cursor of another list", `GET /slots?${week}&cursor=${openCursor}`, {}, 400, "invalid_input"],
  ["a cursor of a list as a position in the feed", `GET /changes?after=${openCursor}`, {}, 400, "invalid_input"],
  [
    "a cursor of the feed for a list",
    `GET /slots?cursor=${listCursor("feed", [0, 1, "AAAAAAAA"])}`,
    {},
    400,
    "invalid_input",
  ],
  ["a forged Last-Event-ID", "GET /changes/stream", { headers: { "Last-Event-ID": "forged" } }, 400, "invalid_input"],
  [
    "a cursor of a list as Last-Event-ID",
    "GET /changes/stream",
    { headers: { "Last-Event-ID": openCursor } },
    400,
    "invalid_input",
  ],
  [
    "a Last-Event-ID of another database",
    "GET /changes/stream",
    { headers: { "Last-Event-ID": listCursor("feed", [0, 9, "AAAAAAAA"]) } },
    410,
    "feed_reset",
  ],
  ["a path that cannot be decoded", "GET /slots/%ZZ", {}, 400, "bad_request"],
  [
    "a body of another type",
    "POST /slots/x/block",
    { body: "a=b", headers: { "Content-Type": "text/plain" } },
    415,
    "not_json",
  ],
  [
    "a body in another encoding",
    "POST /slots/x/block",
    { body: {}, headers: { "Content-Encoding": "gzip" } },
    415,
    "not_json",
  ],
  [
    "a body that is too large",
    "POST /slots/x/block",
    { body: { reason: "x".repeat(65_536) } },
    413,
    "payload_too_large",
  ],
  ["a query that is too long", `GET /slots?providerId=${"x".repeat(8_192)}`, {}, 431, "headers_too_large"],
  [
    "a header that is too long",
    "POST /slots/x/block",
    { headers: { "Idempotency-Key": "x".repeat(8_193) } },
    431,
    "headers_too_large",
  ],
  [
    "a key that is too long",
    "POST /slots/x/block",
    { headers: { "Idempotency-Key": "x".repeat(117) } },
    400,
    "invalid_input",
  ],
  ["an empty key", "POST /slots/x/block", { headers: { "Idempotency-Key": "" } }, 400, "invalid_input"],
  ...["3", 'W/"3"', '"0"', '"1", "2"', '"abc"', ""].map(
    (tag): Refusal => [
      `If-Match: ${tag}`,
      "POST /slots/x/block",
      { headers: { "If-Match": tag } },
      400,
      "invalid_input",
    ],
  ),
  [
    "If-Match without the slot that it is about",
    "POST /appointments",
    { body: { ...place, ...slotAt(0), subjectId: "a" }, headers: { "If-Match": '"1"' } },
    400,
    "invalid_input",
  ],
  [
    "a preview of what is no command",
    "POST /previews",
    { body: { command: "reconcile", input: {} } },
    400,
    "invalid_input",
  ],
  [
    "a preview with a key in its input",
    "POST /previews",
    { body: { command: "block", input: { slotId: "x", idempotencyKey: "k" } } },
    400,
    "invalid_input",
  ],
  [
    "a preview with a key",
    "POST /previews",
    { body: { command: "block", input: { slotId: "x" } }, headers: { "Idempotency-Key": "k" } },
    400,
    "invalid_input",
  ],
  [
    "a preview in the name of another",
    "POST /previews",
    { body: { command: "block", input: { slotId: "x", actor: { kind: "staff", id: "s" } } } },
    400,
    "invalid_input",
  ],
  [
    "a preview with more than its input",
    "POST /previews",
    { body: { command: "block", more: 1 } },
    400,
    "invalid_input",
  ],
  ["a blank reason for declining", "POST /appointments/none/decline", { body: { reason: " " } }, 400, "invalid_input"],
  ["a blank reason for breaking a hold", "POST /slots/x/break-hold", { body: { reason: "\n" } }, 400, "invalid_input"],
  [
    "If-Match where there is no version",
    "POST /slots/many",
    { body: {}, headers: { "If-Match": '"1"' } },
    400,
    "invalid_input",
  ],
  ["nobody", "GET /slots", { actor: "" }, 401, "not_signed_in"],
  [
    "a slot that overlaps another one",
    "POST /slots",
    { body: { ...place, slots: [slotAt(600), slotAt(-10)] } },
    409,
    "slot_overlap",
  ],
  [
    "a chunk of slots with one that overlaps another one",
    "POST /slots/many",
    { body: { ...place, slots: [slotAt(600), slotAt(15)] } },
    409,
    "slot_overlap",
  ],
  [
    "slots that overlap each other",
    "POST /slots",
    { body: { ...place, slots: [slotAt(600), slotAt(615)] } },
    409,
    "slot_overlap",
  ],
  ["an unknown slot", "GET /slots/none", {}, 404, "slot_not_found"],
  ["an unknown appointment", "POST /appointments/none/cancel", {}, 404, "appointment_not_found"],
  ["an unknown schedule", "GET /schedules/none?facilityId=x", {}, 404, "schedule_not_found"],
  ["an unknown path", "GET /dentists", {}, 404, "route_not_found"],
  ["a path with an empty part", "GET /slots//history", {}, 404, "route_not_found"],
  ["counts by day without live slots", "GET /open-slots/days", {}, 404, "route_not_found"],
  ["a page of another site", "POST /slots/x/block", { headers: { "Sec-Fetch-Site": "cross-site" } }, 403, "cross_site"],
  [
    "a page of a neighbouring site",
    "POST /slots/x/block",
    { headers: { "Sec-Fetch-Site": "same-site" } },
    403,
    "cross_site",
  ],
  [
    "a stream for a page of another site",
    "GET /changes/stream",
    { headers: { "Sec-Fetch-Site": "cross-site" } },
    403,
    "cross_site",
  ],
  [
    "an old browser's page of another site",
    "POST /slots/x/block",
    { headers: { Origin: "https://evil.example" } },
    403,
    "cross_site",
  ],
  ["a sandboxed page", "POST /slots/x/block", { headers: { Origin: "null" } }, 403, "cross_site"],
];

describeOnEachEngine("the handler refuses in the envelope, and writes nothing:", ({ stage, openStage }) => {
  let shared: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    shared = await openStage();
    await publish(shared.send, 1);
  });
  afterAll(() => shared.close());

  it.each(refusals)("%s", async (_what, route, sent, status, code) => {
    const { send, engine, errors } = shared;
    const { cursor } = await engine.changes({ after: "end" });
    const refused = await send(route, sent);
    expect(refused).toMatchObject({ status, body: { ...envelope, scenario: code } });
    expect(refused.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
    const problem = await send(route, { ...sent, headers: { ...sent.headers, Accept: "application/problem+json" } });
    expect(problem).toMatchObject({ status, body: { status, code, type: `urn:slotwright:error:${code}` } });
    expect(problem.headers.get("Content-Type")).toBe("application/problem+json; charset=utf-8");
    expect((await engine.changes({ after: "end" })).cursor).toBe(cursor);
    expect(errors).toEqual([]);
  });

  it("a preview of a call that gives many commands, and says which commands there are", async () => {
    for (const command of ["publishSlots", "importBusy", "createManySlots"]) {
      const { body } = await shared.send("POST /previews", { body: { command, input: {} } });
      const [issue] = body.details.issues;
      expect(issue).toMatchObject({ path: "command", code: "not_an_option" });
      expect(issue.message).toMatch(/^This must be one of: .*createSlots.*cancel/);
    }
  });

  it("a method that a path does not have, and names those that it has", async () => {
    const { send } = await stage();
    for (const [route, allow] of [
      ["DELETE /appointments/x", "GET, OPTIONS"],
      ["GET /appointments/x/cancel", "OPTIONS, POST"],
      ["PUT /slots", "GET, OPTIONS, POST"],
      ["HEAD /changes/stream", "GET"],
    ] as const) {
      const refused = await send(route);
      expect(refused.status).toBe(405);
      expect(refused.headers.get("Allow")).toBe(allow);
    }
  });

  it("what somebody else has, as if it did not exist", async () => {
    const { send } = await stage();
    const [slotId] = await publish(send, 1);
    const own = { slotId, subjectId: "ada", appointmentId: "a" };
    expect((await send("POST /appointments", { actor: "patient/ada", body: own })).status).toBe(201);
    const ben = { actor: "patient/ben" };
    for (const route of ["GET /appointments/x", "POST /appointments/x/cancel"]) {
      const [foreign, absent] = [
        await send(route.replace("/x", "/a"), ben),
        await send(route.replace("/x", "/b"), ben),
      ];
      expect(foreign.status).toBe(404);
      const alike = JSON.stringify(absent.body).replaceAll('"b"', '"a"');
      expect(JSON.stringify(foreign.body)).toBe(alike);
    }
    expect((await send("GET /appointments/a/history", ben)).body.items).toEqual([]);
    const forAda = await send("POST /appointments", { ...ben, body: { slotId, subjectId: "ada" } });
    expect(forAda).toMatchObject({ status: 403, body: { scenario: "forbidden" } });
    expect((await send("POST /reconcile", ben)).status).toBe(403);
  });

  it("a version that is not the one, with the one that is, and 503 with Retry-After while it stops", async () => {
    const { send, handler } = await stage();
    const [slotId] = await publish(send, 1);
    await send(`POST /slots/${slotId}/block`, { headers: { "If-Match": '"1"' } });
    const late = await send(`POST /slots/${slotId}/unblock`, { headers: { "If-Match": '"1"' } });
    expect(late).toMatchObject({
      status: 412,
      body: { scenario: "version_conflict", details: { expected: 1, actual: 2 } },
    });
    await handler.close();
    const stopped = await send(`GET /slots/${slotId}`);
    expect(stopped).toMatchObject({ status: 503, body: { scenario: "closing" } });
    expect(stopped.headers.get("Retry-After")).toBe("1");
  });
});

describe("an answer", () => {
  it("has problem details only where the client prefers them", async () => {
    const { send } = await stage();
    for (const [accept, type] of [
      ["application/problem+json", "problem+json"],
      ["application/problem+json, */*;q=0.1", "problem+json"],
      ["application/json, application/problem+json", "json"],
      ["text/html, application/problem+json;q=0.5, */*;q=0.9", "json"],
      ["*/*", "json"],
    ]) {
      const { headers } = await send("GET /dentists", { headers: { Accept: accept ?? "" } });
      expect(headers.get("Content-Type")).toBe(`application/${type}; charset=utf-8`);
    }
  });

  it("says why a call takes no key, whether it writes or not", async () => {
    const { send } = await stage();
    const message = "This call takes no key: repeating it writes nothing new. Leave the header out.";
    const issues = [{ path: "Idempotency-Key", code: "custom", message }];
    for (const route of ["POST /slots/publish", "POST /busy-times", "POST /reconcile", "POST /previews"]) {
      const { status, body } = await send(route, { body: {}, headers: { "Idempotency-Key": "k" } });
      expect([status, body.details]).toEqual([400, { issues }]);
    }
  });

  it("says of a version without the slot that it is about what it needs, whatever the command", async () => {
    const { send } = await stage();
    const time = { ...place, ...slotAt(0) };
    const headers = { "If-Match": '"1"' };
    for (const [route, body] of [
      ["POST /holds", time],
      ["POST /appointments", { ...time, subjectId: "ada" }],
      ["POST /requests", { ...time, subjectId: "ada" }],
    ] as const) {
      const { status, body: refused } = await send(route, { body, headers });
      expect([status, refused.details.issues]).toMatchObject([
        400,
        [{ path: "If-Match", code: "needs_another_field" }],
      ]);
    }
  });

  it("says of a body that cannot be parsed that it is not JSON", async () => {
    const { send } = await stage();
    const headers = { "Content-Type": "application/json" };
    const { status, body } = await send("POST /appointments", { body: '{"slotId": ', headers });
    expect([status, body.details]).toEqual([
      400,
      { issues: [{ path: "", code: "not_json", message: "This is not valid JSON." }] },
    ]);
  });

  it("tells nobody what broke but onError: no cause, no stack, no names of files", async () => {
    const secret = "secret-host.internal";
    const { send, errors } = await stage({
      actorOf: () => {
        throw new Error(`connect ECONNREFUSED ${secret}`);
      },
    });
    const { status, body } = await send("GET /slots");
    expect([status, body.scenario]).toEqual([500, "internal_error"]);
    expect(JSON.stringify(body)).not.toMatch(/secret|ECONN|node:|\.ts|stack|cause/);
    expect(errors).toMatchObject([{ message: `connect ECONNREFUSED ${secret}` }]);
  });

  it("tells the host and not the client of an actor that is none", async () => {
    const { send, errors } = await stage({ actorOf: () => ({ kind: "", id: "" }) });
    expect(await send("GET /slots")).toMatchObject({ status: 500, body: { scenario: "internal_error" } });
    expect(errors).toMatchObject([{ code: "invalid_input" }]);
  });

  it("to a page of an allowed site can be read by it, with a preflight, and by no other", async () => {
    const { send } = await stage({ origins: ["https://app.example"] });
    const headers = { Origin: "https://app.example", "Sec-Fetch-Site": "cross-site" };
    const allowed = await send("GET /slots", { headers });
    expect(allowed.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example");
    expect(allowed.headers.get("Access-Control-Allow-Credentials")).toBe("true");
    const preflight = await send("OPTIONS /appointments", { headers, actor: "" });
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe("GET, OPTIONS, POST");
    for (const { headers } of [allowed, preflight]) {
      expect([headers.get("Vary"), headers.get("Cache-Control")]).toEqual(["Accept, Origin", "no-store"]);
    }
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toMatch("Idempotency-Key");
    const other = await send("OPTIONS /appointments", { headers: { Origin: "https://evil.example" } });
    expect(other.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect(other.headers.get("Access-Control-Allow-Methods")).toBeNull();
    const own = await send("GET /slots", {
      headers: { "Sec-Fetch-Site": "same-origin", Origin: "https://clinic.example" },
    });
    expect([own.status, own.headers.get("Access-Control-Allow-Origin")]).toEqual([200, null]);
  });
});
