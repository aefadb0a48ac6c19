import type { Slot } from "@slotwright/core";
import { routes } from "@slotwright/http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patients } from "../../people.ts";
import { openStage, type Stage } from "./stage.ts";

/** Ada looks, and these must not be seen by her. */
const ada = "ada-brandt";
const others = patients.map(({ id }) => id).filter((id) => id !== ada);

const osei = { kind: "provider", id: "dr-osei" };
const place = { providerId: "dr-osei", facilityId: "harbour" };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

const range = "from=2027-01-01T00:00:00Z&to=2027-04-01T00:00:00Z";
const ofPlace = new URLSearchParams(place).toString();
const ofProviders = "providerId=dr-osei&providerId=j-lindqvist&providerId=sleep-lab";

/** What each route for reading is asked, with all the records that it can be asked about. */
const queries: Readonly<Record<string, string>> = {
  "/availability": ofPlace,
  "/availability/{availabilityId}/history": "limit=500",
  "/schedules/{providerId}": "facilityId=harbour",
  "/slots": `${range}&limit=500`,
  "/appointments": `${range}&limit=500`,
  "/open-slots": `${range}&limit=500`,
  "/open-times": `${ofPlace}&minutes=20&limit=500`,
  "/open-times/days": `${ofPlace}&minutes=20`,
  "/open-times/next": `${ofPlace}&minutes=20&count=20`,
  "/open-slots/explanation": `${ofPlace}&start=2027-02-15T09:00:00Z&end=2027-02-15T09:20:00Z&subjectId=${ada}`,
  "/open-slots/days": "from=2027-02-03T00:00:00Z&to=2027-02-20T00:00:00Z&timeZone=Europe/Berlin",
  "/open-slots/next": `${ofProviders}&minutes=20&count=20`,
  "/snapshot": `${range}&limit=500`,
  "/changes": "limit=500",
};

interface Ids {
  readonly slots: readonly string[];
  readonly appointments: readonly string[];
  readonly availability: string;
}

async function allIds(): Promise<Ids> {
  const ids = async (path: string) => {
    const found: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await stage.send(`GET ${path}?${range}&limit=500${cursor && `&cursor=${cursor}`}`);
      found.push(...body.items.map(({ id }: { readonly id: string }) => id));
      if (body.nextCursor === null) return found;
      cursor = body.nextCursor;
    }
  };
  const { body } = await stage.send(`GET /api/availability?${ofPlace}`);
  return {
    slots: await ids("/api/slots"),
    appointments: await ids("/api/appointments"),
    availability: body.availability.id,
  };
}

function pathsOf(path: string, { slots, appointments, availability }: Ids): readonly string[] {
  if (path.includes("{slotId}")) return slots.map((id) => path.replace("{slotId}", id));
  if (path.includes("{appointmentId}")) return appointments.map((id) => path.replace("{appointmentId}", id));
  return [path.replace("{providerId}", "dr-osei").replace("{availabilityId}", availability)];
}

/** Text, cursors and ids that are encoded, too. */
function othersIn(text: string): readonly string[] {
  const decoded = text.match(/[\w-]{24,}/g)?.map((word) => Buffer.from(word, "base64url").toString("latin1")) ?? [];
  return others.filter((id) => [text, ...decoded].some((bytes) => bytes.includes(id)));
}

/** All pages of what a path answers. */
async function readAll(path: string): Promise<{ readonly text: string; readonly statuses: readonly number[] }> {
  const [statuses, texts]: [number[], string[]] = [[], []];
  for (let more = ""; ; ) {
    const { status, text, body } = await stage.send(`GET ${path}${more}`, { as: ada });
    statuses.push(status);
    texts.push(text);
    const next = body?.nextCursor ?? (body?.isEnd === false ? body.cursor : null);
    if (next === null || next === undefined) return { text: texts.join(), statuses };
    more = `&${body.isEnd === undefined ? "cursor" : "after"}=${encodeURIComponent(next)}`;
  }
}

describe("a patient", () => {
  it("finds no other patient in any answer to a read", async () => {
    await keepAndImport(others[0] as string);
    const ids = await allIds();
    const seen: Record<string, Set<number>> = {};
    for (const { method, path } of Object.values(routes).filter((route) => route.path !== "/changes/stream")) {
      if (method !== "GET") continue;
      const statuses = new Set<number>();
      seen[path] = statuses;
      for (const one of pathsOf(path, ids)) {
        const answer = await readAll(`/api${one}?${queries[path] ?? ""}`);
        expect(othersIn(answer.text), one).toEqual([]);
        for (const status of answer.statuses) statuses.add(status);
      }
    }
    // Each has answered, and not merely refused.
    for (const [path, statuses] of Object.entries(seen)) expect([path, statuses.has(200)]).toEqual([path, true]);
    expect([...(seen["/appointments/{appointmentId}"] ?? [])].toSorted()).toEqual([200, 404]);
    expect((await stage.send("GET /directory", { as: ada })).status).toBe(200);
    expect(othersIn((await stage.send("GET /directory", { as: ada })).text)).toEqual([]);
  });

  it("finds no other patient in the refusals of commands, and changes nothing of theirs", async () => {
    const ids = await allIds();
    const { body } = await stage.send(`GET /api/appointments?${range}&limit=500`);
    const foreign = body.items.filter(({ subjectId }: { readonly subjectId: string }) => subjectId !== ada);
    const open = await stage.engine.listSlots({ statuses: ["available"], providerIds: ["dr-osei"] });
    const [free, toHold] = open.items;
    const ofOther = { kind: "patient", id: others[1] as string };
    const { slot: held } = await stage.engine.hold({
      actor: ofOther,
      slotId: toHold?.id ?? "",
      seconds: 600,
      holderId: ofOther.id,
    });
    const { cursor } = await stage.engine.changes({ after: "end" });
    const [id, slot] = [
      foreign[0].id,
      foreign.find(({ slotIds }: { slotIds: string[] }) => slotIds.length > 0).slotIds[0],
    ];
    for (const [path, input, status] of triesAt({ id, slot, held, free })) {
      const answer = await stage.send(`POST /api${path}`, { as: ada, body: input });
      expect([path, answer.status], answer.text).toEqual([path, status]);
      if (path === "/previews") expect(answer.body, answer.text).toMatchObject({ possible: false });
      // What Ada names herself may come back to her.
      const text = JSON.stringify(input).includes(others[0] as string)
        ? answer.text.replaceAll(others[0] as string, "")
        : answer.text;
      expect(othersIn(text)).toEqual([]);
      expect(answer.text).not.toMatch(/stack|cause|node:|\.ts\b|sqlite/i);
    }
    expect((await stage.engine.changes({ after: "end" })).cursor).toBe(cursor);
    expect(ids.slots.length).toBeGreaterThan(500);
  });

  it("finds no other patient in the stream while the others book, hold, ask, move, wait and cancel", async () => {
    const headers = { "X-Clinic-Person": ada };
    const response = await fetch(`${stage.url}/api/changes/stream`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    const reading = (async () => {
      const decoder = new TextDecoder();
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += decoder.decode(part.value);
    })().catch(() => {});
    await busyDay();
    await expect.poll(() => text, { timeout: 10_000 }).toContain("the end of the day");
    await reader.cancel();
    await reading;
    for (const word of ["booked", "held", "blocked", "available"]) expect(text).toContain(`"toStatus":"${word}"`);
    for (const name of ["request", "offer", "declineOffer", "breakHold"]) expect(text).toContain(`"command":"${name}"`);
    expect(othersIn(text)).toEqual([]);
    expect(text).not.toContain("secret of");
    expect((await stage.send("GET /api/changes/stream?after=forged", { as: ada })).status).toBe(400);
  });
});

interface Aims {
  /** Another patient's appointment, and the slot of one. */
  readonly id: string;
  readonly slot: string;
  /** Held by another patient. */
  readonly held: Slot;
  readonly free: Slot | undefined;
}

/** Commands that are not Ada's to give, and the status of their refusals. A preview is answered. */
function triesAt({ id, slot, held, free }: Aims): readonly (readonly [route: string, body: object, status: number])[] {
  const wanted = { ...place, start: free?.start, end: free?.end };
  const previews = [
    ...["cancel", "accept", "acceptOffer"].map((command) => ({ command, input: { appointmentId: id } })),
    { command: "reschedule", input: { appointmentId: id, slotId: free?.id } },
    { command: "offer", input: { appointmentId: id, slotId: free?.id } },
    { command: "book", input: { slotId: slot, subjectId: ada, alternatives: 20 } },
    { command: "book", input: { slotId: free?.id, subjectId: others[0] } },
    { command: "request", input: { slotId: held.id, subjectId: ada, holdSeconds: 60 } },
    { command: "breakHold", input: { slotId: held.id, reason: "To see what happens" } },
  ];
  return [
    ...["cancel", "check-in", "complete", "no-show", "accept", "accept-offer", "decline-offer"].map(
      (what) => [`/appointments/${id}/${what}`, {}, 404] as const,
    ),
    [`/appointments/${id}/offer`, { slotId: free?.id }, 404],
    [`/appointments/${id}/decline`, { reason: "To see what happens" }, 404],
    [`/appointments/${id}/reschedule`, { slotId: free?.id }, 404],
    ["/holds", { slotId: slot }, 409],
    ["/holds", { slotId: free?.id, holderId: others[0] }, 403],
    [`/slots/${slot}/release`, { holdToken: "guessed" }, 404],
    [`/slots/${slot}/block`, {}, 403],
    [`/slots/${slot}/break-hold`, { reason: "To see what happens" }, 403],
    [`/slots/${held.id}/break-hold`, { reason: "To see what happens" }, 403],
    ["/slots/publish", { ...place, until: "2027-03-01T00:00:00Z" }, 403],
    ["/availability", { ...place, hours: { offer: { minutes: 20 }, weekly: [] } }, 403],
    ["/requests", { slotId: slot, subjectId: ada, alternatives: 20 }, 409],
    ["/requests", { slotId: held.id, subjectId: ada, holdSeconds: 60 }, 409],
    ["/requests", { slotId: free?.id, subjectId: others[0] }, 403],
    ["/requests", { ...wanted, subjectId: others[0] }, 403],
    ["/requests", { ...wanted, appointmentId: id, subjectId: ada }, 409],
    ...previews.map((preview) => ["/previews", preview, 200] as const),
    ["/appointments", { slotId: slot, subjectId: ada, alternatives: 20 }, 409],
    ["/appointments", { slotId: free?.id, subjectId: others[0] }, 403],
    ["/appointments", { ...wanted, subjectId: others[0] }, 403],
    ["/appointments", { appointmentId: id, slotId: free?.id, subjectId: ada }, 409],
    ["/reconcile", { dryRun: true }, 403],
    ["/slots", { ...place, slots: [{ start: free?.start, end: free?.end }] }, 403],
  ];
}

/** Somebody keeps a time in their own name, and a calendar that is called after them makes Dr Osei busy. */
async function keepAndImport(holderId: string): Promise<void> {
  const { items } = await stage.engine.listSlots({ statuses: ["available"], providerIds: ["dr-osei"], limit: 1 });
  await stage.engine.hold({ actor: { kind: "patient", id: holderId }, slotId: items[0]?.id ?? "", holderId });
  const [from, until] = ["2027-02-16T00:00:00Z", "2027-02-17T00:00:00Z"];
  const intervals = [{ start: "2027-02-16T09:00:00Z", end: "2027-02-16T09:20:00Z" }];
  await stage.engine.importBusy({ actor: osei, ...place, source: `Calendar of ${holderId}`, from, until, intervals });
}

/** What others do with Dr Osei's time. Each says why, which is nobody else's business. */
async function busyDay(): Promise<void> {
  const { items } = await stage.engine.listSlots({ statuses: ["available"], providerIds: ["dr-osei"], limit: 60 });
  for (const [index, subjectId] of others.entries()) {
    const [slot, next, third] = items.slice(index * 3);
    if (slot === undefined || next === undefined || third === undefined) throw new Error("There are too few slots.");
    const reason = `The secret of ${subjectId}`;
    const own = { actor: { kind: "patient", id: subjectId }, reason };
    const staff = { actor: osei, reason };
    const { holdToken } = await stage.engine.hold({ ...own, slotId: slot.id });
    const metadata = { note: reason };
    const { appointment } = await stage.engine.book({ ...own, slotId: slot.id, subjectId, holdToken, metadata });
    const { providerId, facilityId, start, end } = slot;
    const wanted = { providerId, facilityId, start, end, subjectId, ifNoSlot: "schedule" } as const;
    const asked = await stage.engine.book({ ...own, ...wanted });
    await stage.engine.reschedule({ ...own, appointmentId: appointment.id, slotId: next.id });
    await stage.engine.accept({ actor: osei, appointmentId: asked.appointment.id, slotId: slot.id });
    await stage.engine.cancel({ ...own, appointmentId: appointment.id });
    await stage.engine.hold({ ...own, slotId: third.id, holderId: subjectId });
    await stage.engine.breakHold({ ...staff, slotId: third.id });
    const wish = await stage.engine.request({ ...own, slotId: third.id, subjectId, metadata, holdSeconds: 600 });
    const appointmentId = wish.appointment.id;
    await stage.engine.offer({ ...staff, appointmentId, slotId: next.id, seconds: 600 });
    await stage.engine.declineOffer({ ...own, appointmentId });
    await stage.engine.block({ actor: osei, slotId: next.id });
    if (index === 10) break;
  }
  const last = items.at(-1);
  const seen = { actor: { kind: "patient", id: ada }, reason: "It is the end of the day" };
  await stage.engine.book({ ...seen, slotId: last?.id ?? "", subjectId: ada });
}
