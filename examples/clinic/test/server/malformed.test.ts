import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Sent, type Stage } from "./stage.ts";

let stage: Stage;
let known: { readonly slot: string; readonly foreign: string; readonly cursor: string };

beforeAll(async () => {
  stage = await openStage();
  const free = await stage.engine.listSlots({ statuses: ["available"], providerIds: ["dr-osei"], limit: 1 });
  const { items } = await stage.engine.listAppointments({
    statuses: ["confirmed"],
    providerIds: ["dr-osei"],
    limit: 50,
  });
  const foreign = items.find(({ subjectId }) => subjectId !== "ada-brandt");
  const { nextCursor } = await stage.engine.as({ kind: "patient", id: "ben-okafor" }).listAppointments({ limit: 1 });
  known = { slot: free.items[0]?.id ?? "", foreign: foreign?.id ?? "", cursor: nextCursor ?? "" };
});
afterAll(() => stage.stop());

const ada = { as: "ada-brandt" };
const stranger = { as: "ada-brandt; drop" };

type Refusal = readonly [what: string, route: string, sent: Sent, status: number, code: string];

/** What the handler refuses has tests of its own. These are what the clinic brings together. */
const refusals: readonly Refusal[] = [
  ["bad JSON", "POST /api/appointments", { ...ada, body: '{"slotId":' }, 400, "invalid_input"],
  [
    "a body too large",
    "POST /api/appointments",
    { ...ada, body: { note: "x".repeat(70_000) } },
    413,
    "payload_too_large",
  ],
  [
    "a header too large",
    "POST /api/appointments",
    { ...ada, headers: { "Idempotency-Key": "x".repeat(9_000) } },
    431,
    "headers_too_large",
  ],
  ["an address too long", `GET /api/slots?providerId=${"x".repeat(9_000)}`, ada, 431, "headers_too_large"],
  [
    "an unknown field",
    "POST /api/appointments",
    { ...ada, body: { slotId: "SLOT", subjectId: "ada-brandt", colour: 1 } },
    400,
    "invalid_input",
  ],
  [
    "somebody else in the body",
    "POST /api/appointments",
    { ...ada, body: { slotId: "SLOT", subjectId: "ada-brandt", actor: { kind: "provider", id: "dr-osei" } } },
    400,
    "invalid_input",
  ],
  [
    "a booking for somebody else",
    "POST /api/appointments",
    { ...ada, body: { slotId: "SLOT", subjectId: "ben-okafor" } },
    403,
    "forbidden",
  ],
  ["a foreign appointment", "POST /api/appointments/FOREIGN/cancel", ada, 404, "appointment_not_found"],
  ["an id that is none", "POST /api/appointments/%00/cancel", ada, 400, "invalid_input"],
  ["a wrong method", "DELETE /api/appointments/FOREIGN", ada, 405, "method_not_allowed"],
  [
    "a forged Last-Event-ID",
    "GET /api/changes/stream",
    { ...ada, headers: { "Last-Event-ID": "forged" } },
    400,
    "invalid_input",
  ],
  ["a cursor of a list for the feed", "GET /api/changes?after=CURSOR", ada, 400, "invalid_input"],
  ["the staff's work by a patient", "POST /api/slots/SLOT/block", ada, 403, "forbidden"],
  ["the repair by a patient", "POST /api/reconcile", ada, 403, "forbidden"],
  ["nobody", "GET /api/slots", { as: "" }, 401, "not_signed_in"],
  ["a person who does not exist", "POST /api/slots/SLOT/block", stranger, 401, "not_signed_in"],
  ["a path beside the engine's", "GET /api", ada, 404, "route_not_found"],
  ["an unknown page", "GET /wp-login.php", ada, 404, "route_not_found"],
];

describe("the clinic refuses in the envelope, and writes nothing:", () => {
  it.each(refusals)("%s", async (_what, route, sent, status, code) => {
    const filled = (text: string) =>
      text.replace("SLOT", known.slot).replace("FOREIGN", known.foreign).replace("CURSOR", known.cursor);
    const { cursor } = await stage.engine.changes({ after: "end" });
    const body = typeof sent.body === "object" ? filled(JSON.stringify(sent.body)) : sent.body;
    const answer = await stage.send(filled(route), { ...sent, body });
    expect(answer.body, answer.text.slice(0, 200)).toMatchObject({ success: false, scenario: code });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/stack|"cause"|node:|\.ts\b/);
    expect((await stage.engine.changes({ after: "end" })).cursor).toBe(cursor);
  });

  it("somebody else's cursor, and one's own of another list", async () => {
    const route = "GET /api/appointments?limit=1";
    const { nextCursor } = (await stage.send(route, ada)).body;
    for (const [asked, cursor] of [
      [route, known.cursor],
      [`${route}&subjectId=ada-brandt`, nextCursor],
      ["GET /api/slots?limit=1", nextCursor],
    ]) {
      const { status, body } = await stage.send(`${asked}&cursor=${cursor}`, ada);
      expect([status, body.scenario, body.details.issues]).toMatchObject([400, "invalid_input", [{ path: "cursor" }]]);
    }
    expect((await stage.send(`${route}&cursor=${nextCursor}`, ada)).body.items).toMatchObject([
      { subjectId: "ada-brandt" },
    ]);
  });

  it("headers that Node does not read, and requests that are none, without an end of the server", async () => {
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"x".repeat(40_000)}\r\n\r\n`;
    expect(await stage.raw(large)).toMatch(/^HTTP\/1.1 431 /);
    const close = "Connection: close\r\n\r\n";
    for (const text of [
      "HELLO\r\n\r\n",
      `GET / HTTP/1.1\r\n${close}`,
      `GET / HTTP/9.9\r\nHost: localhost\r\n${close}`,
    ]) {
      expect(await stage.raw(text)).toMatch(/^HTTP\/1.1 400 /);
    }
    expect(await stage.raw(`GET // HTTP/1.1\r\nHost: localhost\r\n${close}`)).toMatch(/^HTTP\/1.1 404 /);
    expect(await stage.raw(`GET / HTTP/1.1\r\nHost: [\r\n${close}`)).toMatch(/^HTTP\/1.1 400 .*bad_request/s);
    expect((await stage.send("GET /people")).status).toBe(200);
  });
});

describe("the sync check", () => {
  it("finds nothing in a clinic as it is, for the staff over HTTP", async () => {
    expect((await stage.send(`GET /api/slots/${known.slot}/sync`)).body).toMatchObject({ inSync: true, faults: [] });
    const { body } = await stage.send("POST /api/reconcile", { body: { dryRun: true } });
    expect(body).toMatchObject({ success: true, repairable: 0, manual: 0, findings: [] });
    expect(body.scanned.slots).toBeGreaterThan(500);
  });
});
