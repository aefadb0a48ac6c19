import { expect, it } from "vitest";
import { answers } from "../src/openapi/answers.ts";
import { type OperationName, operationNames } from "../src/routes/table.ts";
import { describeOnEachEngine, type Open } from "./engines.ts";
import { at, place, publish, type Send, slotAt, week } from "./stage.ts";

/** Checks each answer against the schema that the OpenAPI document has for it. */
async function documented(stage: Open) {
  const { send: plain, engine } = await stage({ live: { from: at(0), to: at(10_000), openTo: "everybody" } });
  const seen = new Set<OperationName>();
  const as = async (name: keyof typeof answers, route: string, sent: Parameters<Send>[1] = {}) => {
    const answer = await plain(route, sent);
    expect(answer.body).toMatchObject({ success: true });
    expect(() => answers[name].parse(answer.body)).not.toThrow();
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    seen.add(name);
    return answer;
  };
  return { as, plain, seen, engine };
}

interface Listed {
  readonly id: string;
  readonly start: string;
}

describeOnEachEngine("the handler", ({ stage }) => {
  it("answers every command, read and list as its document says", async () => {
    const { as, seen, plain } = await documented(stage);
    const slots = [0, 30, 60, 90, 120, 150].map(slotAt);
    const created = await as("createSlots", "POST /slots", { body: { ...place, timeZone: "Europe/Berlin", slots } });
    expect(created).toMatchObject({ status: 201, body: { schedule: { version: 1 } } });
    expect(created.headers.get("ETag")).toBe('"1"');
    const [first, second, third, fourth, fifth, sixth] = created.body.slots.map(({ id }: { id: string }) => id);
    const hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: "09:00", to: 720 }] };
    const set = await as("setAvailability", "POST /availability", { body: { ...place, hours } });
    const { id: availabilityId, timeZone } = set.body.availability;
    expect([set.headers.get("ETag"), timeZone]).toEqual(['"1"', "Europe/Berlin"]);
    const stale = { body: { ...place, hours }, headers: { "If-Match": '"1"' } };
    expect((await as("setAvailability", "POST /availability", stale)).headers.get("ETag")).toBe('"2"');
    const read = await as("getAvailability", "GET /availability?providerId=dr-weber&facilityId=north");
    expect([read.headers.get("ETag"), read.body.availability.id]).toEqual(['"2"', availabilityId]);
    const changes = await as("availabilityHistory", `GET /availability/${availabilityId}/history`);
    expect(changes.body.items).toHaveLength(2);
    const until = new Date(Date.now() + 8 * 86_400_000);
    const published = await as("publishSlots", "POST /slots/publish", { body: { ...place, until, dryRun: true } });
    expect(published.body).toMatchObject({ dryRun: true, withdrawn: 0, outside: [] });
    // A local time, as bodies may have it, and a dry run, so that what follows finds all slots free.
    const begin = { local: "2026-01-01T09:00", timeZone: "Europe/Berlin" };
    const elsewhere = { ...place, source: "hospital", from: at(0), until: at(1_000), dryRun: true };
    const intervals = [{ start: begin, end: at(30) }];
    const imported = await as("importBusy", "POST /busy-times", { body: { ...elsewhere, intervals } });
    expect(imported.body).toMatchObject({ dryRun: true, blocked: 1, taken: [] });
    const dry = await as("setAvailability", "POST /availability", { body: { ...place, hours, dryRun: true } });
    expect(dry.body).toMatchObject({ availability: { version: 2 }, effect: { dryRun: true, withdrawn: 0 } });
    expect(dry.headers.get("ETag")).toBe('"2"');
    const south = { ...place, facilityId: "south", hours };
    const none = await as("setAvailability", "POST /availability", { body: { ...south, dryRun: true } });
    expect([none.headers.get("ETag"), none.body.availability.version]).toEqual(['"0"', 0]);
    const saved = { body: south, headers: { "If-Match": none.headers.get("ETag") as string } };
    for (const status of [200, 412]) expect((await plain("POST /availability", saved)).status).toBe(status);
    const many = { ...place, slots: [slotAt(300), slotAt(330)], chunkSize: 1 };
    expect((await as("createManySlots", "POST /slots/many", { body: many })).body).toMatchObject({
      inputs: 2,
      slots: 2,
    });

    const wanted = { command: "block", input: { slotId: first, ifVersion: 1 } };
    const preview = await as("preview", "POST /previews", { body: wanted });
    expect(preview.body).toMatchObject({ possible: true, result: { slot: { id: first, status: "blocked" } } });
    const blocked = await as("block", `POST /slots/${first}/block`, { headers: { "If-Match": '"1"' } });
    expect([blocked.body.slot.status, blocked.headers.get("ETag")]).toEqual(["blocked", '"2"']);
    expect((await as("preview", "POST /previews", { body: wanted })).body.reasons).toMatchObject([
      { scenario: "version_conflict", details: { id: first, actual: 2 }, helps: [], blockedBy: { id: first } },
      { scenario: "slot_blocked", recoverable: true, helps: ["another_time"], blockedBy: { kind: "slot", id: first } },
    ]);
    await as("unblock", `POST /slots/${first}/unblock`, { body: { reason: "back" } });
    const held = await as("hold", "POST /holds", { body: { slotId: first, seconds: 60 } });
    await as("extend", `POST /slots/${first}/extend`, { body: { holdToken: held.body.holdToken, seconds: 90 } });
    await as("release", `POST /slots/${first}/release`, { body: { holdToken: held.body.holdToken } });
    await as("hold", "POST /holds", { body: { slotId: sixth } });
    await as("breakHold", `POST /slots/${sixth}/break-hold`, { body: { reason: "closed", block: true } });

    const body = { slotId: first, subjectId: "ada", appointmentId: "a/1", metadata: { note: "x" } };
    const booked = await as("book", "POST /appointments", { body, headers: { "Idempotency-Key": "k-1" } });
    expect(booked).toMatchObject({ status: 201, body: { appointment: { id: "a/1", status: "confirmed" } } });
    expect(booked.headers.get("Location")).toBe("/appointments/a%2F1");
    const again = await as("book", "POST /appointments", { body, headers: { "Idempotency-Key": "k-1" } });
    expect(again.body).toEqual({ ...booked.body, replayed: true });

    const moved = await as("reschedule", "POST /appointments/a%2F1/reschedule", { body: { slotId: second } });
    expect(moved.body).toMatchObject({ slots: [{ id: second, version: 2 }], freedSlots: [{ id: first, version: 8 }] });
    await as("checkIn", "POST /appointments/a%2F1/check-in", { headers: { "If-Match": '"2"' } });
    await as("complete", "POST /appointments/a%2F1/complete");
    const wish = { ...place, ...slotAt(600), subjectId: "ben", ifNoSlot: "schedule", appointmentId: "b" };
    expect((await as("book", "POST /appointments", { body: wish })).body).toMatchObject({ slots: [] });
    await as("createSlots", "POST /slots", { body: { ...place, slots: [slotAt(600)] } });
    expect((await as("accept", "POST /appointments/b/accept", { body: {} })).body.slots).toHaveLength(1);
    await as("markNoShow", "POST /appointments/b/no-show");
    const request = { subjectId: "dee", appointmentId: "d", slotId: third, holdSeconds: 60 };
    const asked = await as("request", "POST /requests", { body: request, headers: { "If-Match": '"1"' } });
    expect([asked.status, asked.headers.get("Location")]).toEqual([201, "/appointments/d"]);
    expect(asked.body).toMatchObject({ appointment: { status: "scheduled" }, slots: [{ id: third, status: "held" }] });
    await as("offer", "POST /appointments/d/offer", { body: { slotId: fourth, seconds: 60 } });
    await as("declineOffer", "POST /appointments/d/decline-offer");
    const offered = await as("offer", "POST /appointments/d/offer", { body: { slotId: fourth, seconds: 60 } });
    expect(offered.body.appointment.request.offer.slotId).toBe(fourth);
    const taken = await as("acceptOffer", "POST /appointments/d/accept-offer");
    expect(taken.body).toMatchObject({ slots: [{ id: fourth }], freedSlots: [{ id: third, status: "available" }] });
    await as("cancel", "POST /appointments/d/cancel");
    await as("request", "POST /requests", { body: { ...request, appointmentId: "e" } });
    await as("decline", "POST /appointments/e/decline", { body: { reason: "closed" } });
    await as("book", "POST /appointments", { body: { slotId: third, subjectId: "cy", appointmentId: "c" } });
    await as("cancel", "POST /appointments/c/cancel", { body: { reason: "ill" } });
    await as("book", "POST /appointments", { body: { slotId: fourth, alsoSlotIds: [], subjectId: "cy" } });
    await as("reconcile", "POST /reconcile", { body: { dryRun: true } });

    expect((await as("getSchedule", "GET /schedules/dr-weber?facilityId=north")).body.schedule.timeZone).toBe(
      "Europe/Berlin",
    );
    const list = await as("listSlots", `GET /slots?providerId=dr-weber&status=booked&status=held&${week}&limit=1`);
    expect(list.body.items).toHaveLength(1);
    const next = encodeURIComponent(list.body.nextCursor);
    await as("listSlots", `GET /slots?providerId=dr-weber&status=booked&status=held&${week}&limit=1&cursor=${next}`);
    expect((await as("getSlot", `GET /slots/${fifth}`)).headers.get("ETag")).toBe('"1"');
    expect((await as("slotHistory", `GET /slots/${first}/history?newestFirst=true`)).body.items[0].command).toBe(
      "reschedule",
    );
    await as("checkSync", `GET /slots/${first}/sync`);
    expect((await as("listAppointments", "GET /appointments?subjectId=ada")).body.items).toHaveLength(1);
    await as("getAppointment", "GET /appointments/a%2F1");
    await as("appointmentHistory", "GET /appointments/a%2F1/history");
    await as("findOpen", `GET /open-slots?providerId=dr-weber&${week}`);
    const free = await as("explainSlot", `GET /slots/${fifth}/explanation?subjectId=ada`);
    expect(free.body).toMatchObject({ onOffer: true, reasons: [], slot: { id: fifth } });
    const { start, end } = slotAt(0);
    const time = `providerId=dr-weber&facilityId=north&start=${start}&end=${end}&subjectId=ada`;
    expect((await as("explainTime", `GET /open-slots/explanation?${time}`)).body.onOffer).toBe(true);
    const theirs = await as("explainSlot", `GET /slots/${fourth}/explanation`);
    expect(theirs.body).toMatchObject({
      onOffer: false,
      reasons: [{ scenario: "slot_booked", helps: ["another_time"], blockedBy: { kind: "slot", id: fourth } }],
    });
    const openings = "providerId=dr-computed&facilityId=north&minutes=30";
    const mondays = { ...place, providerId: "dr-computed", hours: { ...hours, openings: "computed" } };
    await as("setAvailability", "POST /availability", { body: mondays });
    const times = await as("findTimes", `GET /open-times?${openings}&${week}&limit=1`);
    const [opening] = times.body.items;
    expect(opening).toMatchObject({ slotId: null, version: null, seats: 1, providerId: "dr-computed" });
    const { slotId: _, version: __, seats: ___, ...timeOf } = opening;
    const made = await as("book", "POST /appointments", { body: { ...timeOf, subjectId: "cy" } });
    expect(made.body.slots).toMatchObject([{ status: "booked", version: 1, start: opening.start }]);
    const later = { start: opening.end, end: new Date(Date.parse(opening.end) + 1_800_000).toISOString() };
    const path = `POST /appointments/${made.body.appointment.id}/reschedule`;
    const movedOn = await as("reschedule", path, { body: later });
    expect(movedOn.body).toMatchObject({
      slots: [{ status: "booked", version: 1 }],
      freedSlots: [{ status: "withdrawn" }],
    });
    await as("reschedule", path, { body: { start: opening.start, end: opening.end } });
    const further = `${openings}&${week}&limit=1&cursor=${encodeURIComponent(times.body.nextCursor)}`;
    expect((await as("findTimes", `GET /open-times?${further}`)).body.items).toHaveLength(1);
    const soon = await as("nextTimes", `GET /open-times/next?${openings}&${week.split("&")[0]}&count=2`);
    expect(soon.body).toMatchObject({ items: [{ slotId: null }, { slotId: null }], source: "database" });
    const counted = await as("countTimes", `GET /open-times/days?${openings}&${week}&timeZone=Europe%2FBerlin`);
    expect(counted.body).toMatchObject({ days: [{ date: expect.any(String) }], nextFrom: null });
    const [busy] = soon.body.items;
    const interval = { start: busy.start, end: busy.end };
    const surgery = { source: "hospital", from: at(0), until: busy.end, intervals: [interval] };
    const ofComputed = { providerId: "dr-computed", facilityId: "north" };
    await as("importBusy", "POST /busy-times", { body: { ...ofComputed, ...surgery } });
    const atBusy = `providerId=dr-computed&facilityId=north&start=${busy.start}&end=${busy.end}`;
    const unwanted = await as("explainTime", `GET /open-slots/explanation?${atBusy}`);
    expect(unwanted.body).toMatchObject({ onOffer: false, busy: [{ source: "hospital", ...interval }] });
    const without = `GET /open-times?providerId=dr-computed&facilityId=north`;
    expect((await plain(without)).body.details.issues[0].path).toBe("minutes");
    await as("countByDay", "GET /open-slots/days?timeZone=Europe%2FBerlin");
    await as("nextOpen", "GET /open-slots/next?minutes=30&count=2");
    const snapshot = await as("snapshot", `GET /snapshot?providerId=dr-weber&${week}`);
    expect(snapshot.body.slots.items).toHaveLength(9);
    const page = await as("changes", "GET /changes?providerId=dr-weber&limit=3");
    expect(page.body).toMatchObject({ isEnd: false, entries: [{ version: 1 }, { version: 1 }, { version: 1 }] });
    expect((await as("changes", `GET /changes?after=${snapshot.body.cursor}`)).body).toMatchObject({
      entries: [],
      isEnd: true,
    });
    expect(operationNames.filter((name) => !seen.has(name))).toEqual(["stream", "openapi"]);
  });

  it("holds a time that the hours offer, as it books one", async () => {
    const { as, plain } = await documented(stage);
    const where = { providerId: "dr-grey", facilityId: "south" };
    const hours = { openings: "computed", offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: 540, to: 600 }] };
    await as("setAvailability", "POST /availability", { body: { ...where, hours } });
    const body = { ...where, start: "2030-03-04T09:00:00Z", end: "2030-03-04T09:30:00Z" };
    const held = await as("hold", "POST /holds", { body: { ...body, holderId: "ada" } });
    expect(held).toMatchObject({ status: 201, body: { slot: { status: "held", facilityId: "south" }, alsoSlots: [] } });
    expect(held.headers.get("ETag")).toBe('"1"');
    expect(await plain("POST /holds", { body })).toMatchObject({
      status: 409,
      body: { scenario: "no_slot_available" },
    });
    const { slot, holdToken } = held.body;
    const wanted = { ...body, subjectId: "ada" };
    expect(await plain("POST /appointments", { body: { ...wanted, holdToken: "guessed" } })).toMatchObject({
      status: 409,
      body: { scenario: "no_slot_available", details: { holdsNone: true }, message: expect.stringMatching(/reserved/) },
    });
    const booked = await as("book", "POST /appointments", { body: { ...wanted, holdToken } });
    expect(booked.body.slots[0].id).toBe(slot.id);
  });

  it("answers with what was passed by an override as its document says", async () => {
    const policies = [
      { name: "closed", check: ({ command }: { command: string }) => (command === "book" ? "Closed." : undefined) },
    ];
    const { send } = await stage({ engineOptions: { policies } });
    const [slotId] = await publish(send, 1);
    const { cursor } = (await send("GET /changes?after=end")).body;
    expect((await send("POST /appointments", { body: { slotId, subjectId: "ada" } })).body.scenario).toBe(
      "policy_violation",
    );
    const override = [{ policy: "closed", reason: "an emergency" }];
    const body = { slotId, subjectId: "ada", appointmentId: "o", override };
    const booked = await send("POST /appointments", { body });
    expect(() => answers.book.parse(booked.body)).not.toThrow();
    const read = async (name: "slotHistory" | "appointmentHistory" | "changes", route: string, actor?: string) => {
      const { body } = await send(route, actor === undefined ? {} : { actor });
      expect(() => answers[name].parse(body)).not.toThrow();
      return (body.items ?? body.entries).at(-1).overrides;
    };
    expect(await read("appointmentHistory", "GET /appointments/o/history")).toEqual(override);
    expect(await read("slotHistory", `GET /slots/${slotId}/history`)).toEqual(override);
    expect(await read("changes", `GET /changes?after=${cursor}`)).toEqual(override);
    // Who may not see the reason sees that there was an override, and not which.
    expect(await read("slotHistory", `GET /slots/${slotId}/history`, "patient/ben")).toBeNull();
  });

  it("carries in the answer of a command every record that it changed, with its version", async () => {
    const { send, engine } = await stage();
    const [one, two] = await publish(send, 2);
    const changedBy = async (route: string, body: object) => {
      const { cursor } = await engine.changes({ after: "end" });
      const answer = await send(route, { body });
      const { entries } = await engine.changes({ after: cursor });
      const changed = entries.map(({ recordId, version }) => `${recordId} ${version}`).sort();
      const { appointment, slot, slots = [], freedSlots = [], alsoSlots = [] } = answer.body;
      const told = [appointment, slot, ...slots, ...freedSlots, ...alsoSlots].filter((record) => record !== undefined);
      expect(told.map(({ id, version }) => `${id} ${version}`).sort()).toEqual(expect.arrayContaining(changed));
    };
    await changedBy("POST /appointments", { slotId: one, subjectId: "ada", appointmentId: "a" });
    await changedBy("POST /appointments/a/reschedule", { slotId: two });
    await changedBy(`POST /slots/${one}/block`, {});
    await changedBy("POST /appointments/a/check-in", {});
    await changedBy("POST /appointments/a/cancel", {});
    await send(`POST /slots/${one}/unblock`);
    await changedBy("POST /holds", { slotId: one, alsoSlotIds: [two], seconds: 60 });
    const asked = { slotId: one, orSlotIds: [two], subjectId: "ada", holdSeconds: 60 };
    await changedBy("POST /requests", { ...asked, appointmentId: "b" });
    await changedBy("POST /appointments/b/accept", {});
    await changedBy("POST /appointments/b/cancel", {});
    await changedBy("POST /requests", { slotId: one, subjectId: "ada", appointmentId: "c", holdSeconds: 60 });
    await changedBy("POST /appointments/c/offer", { slotId: two });
    await changedBy("POST /appointments/c/decline-offer", {});
    await changedBy("POST /appointments/c/offer", { slotId: two });
    await changedBy("POST /appointments/c/accept-offer", {});
  });

  it("shows the seats of a group one by one, page by page, and each is booked for itself", async () => {
    const { send } = await stage();
    const slots = [slotAt(0), { ...slotAt(30), capacity: 5 }, slotAt(60)];
    const created = (await send("POST /slots", { body: { ...place, slots } })).body.slots;
    expect(created.map(({ seat }: { seat: number }) => seat)).toEqual([0, 0, 1, 2, 3, 4, 0]);
    const pagesOf = async (route: string) => {
      const pages = [(await send(route)).body];
      for (let next = pages[0].nextCursor; next !== null; next = pages.at(-1).nextCursor) {
        pages.push((await send(`${route}&cursor=${encodeURIComponent(next)}`)).body);
      }
      return pages.map(({ items }) => items);
    };
    const list = `GET /slots?providerId=${place.providerId}&${week}`;
    const pages = await pagesOf(`${list}&limit=2`);
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
    // Seats of one time come in the order of their ids.
    const byStartAndId = (one: Listed, other: Listed) => (one.start + one.id < other.start + other.id ? -1 : 1);
    expect(pages.flat()).toEqual(created.toSorted(byStartAndId));
    const group = created.slice(1, 6).map(({ id }: Listed) => id);
    for (const slotId of group.slice(0, 3)) {
      expect((await send("POST /appointments", { body: { slotId, subjectId: `of-${slotId}` } })).status).toBe(201);
    }
    const taken = await send("POST /appointments", { body: { slotId: group[0], subjectId: "late" } });
    expect(taken).toMatchObject({ status: 409, body: { scenario: "slot_booked" } });
    const left = (await pagesOf(`${list}&status=available&limit=1`)).flat();
    expect(new Set(left.map(({ id }) => id))).toEqual(new Set([0, 4, 5, 6].map((index) => created[index].id)));
    const open = (await pagesOf(`GET /open-slots?providerId=${place.providerId}&${week}&limit=1`)).flat();
    expect(open.map(({ start, seats }) => [start, seats])).toEqual([
      [at(0), 1],
      [at(30), 2],
      [at(60), 1],
    ]);
  });

  it("answers below its base path, with the methods of a path, and a head without its body", async () => {
    const { send, handler } = await stage({ basePath: "/api/booking" });
    expect((await send("GET /slots")).status).toBe(404);
    expect((await send("GET /api/booking/slots")).status).toBe(200);
    const created = { ...place, slots: [slotAt(0)] };
    const { body } = await send("POST /api/booking/slots", { body: created });
    const booked = await send("POST /api/booking/appointments", { body: { slotId: body.slots[0].id, subjectId: "a" } });
    expect(booked.headers.get("Location")).toBe(`/api/booking/appointments/${booked.body.appointment.id}`);
    const options = await send("OPTIONS /api/booking/slots");
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "GET, OPTIONS, POST"]);
    expect(await send("HEAD /api/booking/slots")).toMatchObject({ status: 200, body: null });
    expect(handler.openApi()).toMatchObject({ servers: [{ url: "/api/booking" }] });
  });
});
