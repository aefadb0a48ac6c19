import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEngine, weekdays } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { createHandler, routes as served } from "@slotwright/http";
import { toNodeListener } from "@slotwright/http/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../src/calls/routes.ts";
import { type Client, createClient, isRequestError } from "../src/index.ts";

const engine = createEngine({ storage: memoryAdapter() });
const handler = createHandler({
  engine,
  basePath: "/booking",
  actorOf: (request) => {
    const id = request.headers.get("x-who");
    return id === null ? null : { kind: "patient", id };
  },
  live: { openTo: "everybody", forDays: 30 },
});
const server = createServer(toNodeListener(handler));
let client: Client;
const clientOf = (who: string | undefined) =>
  createClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/booking`,
    owner: who ?? "",
    headers: async () => (who === undefined ? {} : { "x-who": who }),
  });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await handler.ready();
  client = clientOf("ada");
});

afterAll(async () => {
  client.close();
  await handler.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const start = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000);
const timesOf = (index: number) => ({
  start: new Date(start.getTime() + index * 3_600_000),
  end: new Date(start.getTime() + (index + 1) * 3_600_000),
});
const place = { providerId: "dr grey/1", facilityId: "north" };
const window = { from: start, to: new Date(start.getTime() + 86_400_000), providerIds: [place.providerId] };

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !isSo(); ) {
    if (Date.now() > end) throw new Error("waited for ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("previews a command, and shows every reason with what may help", async () => {
  const elsewhere = { providerId: "dr shepherd", facilityId: "north" };
  const made = await client.calls.createSlots({ ...elsewhere, slots: [timesOf(9)] });
  const slotId = made.slots[0]?.id ?? "";
  const free = await client.calls.preview("hold", { slotId, seconds: 60 });
  expect(free.possible && free.result.slot.hold?.expiresAt).toBeInstanceOf(Date);
  await client.calls.block({ slotId });
  const blocked = await client.calls.preview("book", { slotId, subjectId: "ada", ifVersion: 1 });
  expect(blocked.possible ? [] : blocked.reasons.map(({ scenario, helps }) => [scenario, helps])).toEqual([
    ["version_conflict", []],
    ["slot_blocked", ["another_time"]],
  ]);
});

test("calls every route that the handler has, by the same method and path", () => {
  const named = (name: string) => ({ next: "nextOpen" })[name] ?? name;
  const ours = Object.entries(routes).map(([name, text]) => [named(name), text]);
  const theirs = Object.entries(served)
    .filter(([name]) => name !== "openapi")
    .map(([name, { method, path }]) => [name, `${method} ${path}`]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
});

test("takes and returns what the engine does, over real HTTP", async () => {
  const { calls } = client;
  const created = await calls.createSlots({
    ...place,
    timeZone: "Europe/Berlin",
    slots: [0, 1, 2, 3].map((index) => ({ ...timesOf(index), metadata: { start: start.toISOString() } })),
  });
  const [first, second] = created.slots;
  if (first === undefined || second === undefined) throw new Error("no slots");
  expect(first.start).toEqual(start);
  expect(first.metadata).toEqual({ start: start.toISOString() });
  expect(await calls.getSlot(first.id)).toEqual(await engine.as({ kind: "patient", id: "ada" }).getSlot(first.id));
  expect((await calls.getSchedule(place)).timeZone).toBe("Europe/Berlin");
  const wanted = { ...window, statuses: ["available", "blocked"], limit: 3 } as const;
  const page = await calls.listSlots(wanted);
  expect(page.items.map(({ id }) => id)).toEqual(created.slots.slice(0, 3).map(({ id }) => id));
  expect((await calls.listSlots({ ...wanted, cursor: page.nextCursor })).items).toHaveLength(1);
  const { appointment } = await calls.book({ slotId: first.id, subjectId: "ada", ifVersion: 1, idempotencyKey: "k" });
  expect(
    (await calls.book({ slotId: first.id, subjectId: "ada", ifVersion: 1, idempotencyKey: "k" })).appointment,
  ).toEqual(appointment);
  expect((await calls.getAppointment(appointment.id)).slotIds).toEqual([first.id]);
  expect((await calls.history({ appointmentId: appointment.id })).items[0]?.at).toBeInstanceOf(Date);
  expect((await calls.history({ slotId: first.id })).items).toHaveLength(2);
  expect((await calls.checkSync(first.id)).inSync).toBe(true);
  expect((await calls.listAppointments({ subjectId: "ada" })).items).toHaveLength(1);
  expect((await calls.listAppointments({ subjectId: "ada", requestStates: ["open", "offered"] })).items).toEqual([]);
  const open = await calls.findOpen(window);
  expect(open.items[0]).toMatchObject({ slotId: second.id, start: second.start, seats: 1 });
  expect((await calls.next({ providerIds: [place.providerId] })).items).toHaveLength(1);
  expect((await calls.countByDay({ ...window, timeZone: "UTC" })).days.length).toBeGreaterThan(0);
  const explained = await calls.explain({ slotId: first.id, subjectId: "ada" });
  expect([explained.onOffer, explained.slot?.start, explained.reasons.map(({ scenario }) => scenario)]).toEqual([
    false,
    first.start,
    ["slot_booked"],
  ]);
  expect(await calls.explain({ ...place, start: second.start, end: second.end, subjectId: "ada" })).toMatchObject({
    onOffer: true,
    slot: { id: second.id },
  });
  const { holdToken } = await calls.hold({ slotId: second.id, seconds: 60 });
  for (const mine of [{ slotId: second.id }, { ...place, start: second.start, end: second.end }]) {
    const { onOffer } = await calls.explain({ ...mine, subjectId: "ada", holdTokens: ["a,b", holdToken] });
    expect([onOffer, (await calls.explain({ ...mine, subjectId: "ada" })).onOffer]).toEqual([true, false]);
  }
  await calls.release({ slotId: second.id, holdToken });
  const [longer] = (
    await calls.findTimes({ ...window, facilityId: place.facilityId, providerIds: [place.providerId], minutes: 20 })
  ).items;
  expect(longer).toMatchObject({ slotId: second.id, start: second.start });
  const hours = {
    openings: "computed",
    offer: { minutes: 30 },
    weekly: [{ days: weekdays, from: 0, to: 1440 }],
  } as const;
  await calls.setAvailability({ providerId: "computed", facilityId: "north", hours });
  // From midnight on: no opening lasts beyond the next one.
  const midnight = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000);
  const computed = { providerIds: ["computed"], facilityId: "north", minutes: 60, from: midnight, limit: 1 };
  const [opening] = (await calls.findTimes(computed)).items;
  expect([opening?.slotId, opening && +opening.end - +opening.start]).toEqual([null, 3_600_000]);
  const { limit: _, ...hour } = computed;
  expect((await calls.nextTimes({ ...hour, count: 2 })).items[0]).toEqual(opening);
  const long = { ...hour, to: new Date(Date.now() + 40 * 86_400_000) };
  const { days, nextFrom } = await calls.countTimes({ ...long, timeZone: "Asia/Tokyo" });
  expect([days.length > 39, days[1]?.open, nextFrom]).toEqual([true, 47, null]);
  const { start: from, end: until } = opening ?? expect.fail();
  const time = { start: from, end: until };
  const where = { providerId: "computed", facilityId: "north" };
  const imported = { source: "hospital", from, until, intervals: [time] };
  await engine.importBusy({ actor: { kind: "provider", id: "computed" }, ...where, ...imported });
  const why = await calls.explain({ ...where, ...time });
  expect([why.onOffer, why.busy]).toEqual([false, [{ source: "hospital", ...time }]]);
  const later = { start: new Date(+until + 3_600_000), end: new Date(+until + 5_400_000) };
  const visit = await calls.book({ ...where, ...later, subjectId: "ada" });
  const half = { start: later.start, end: new Date(+later.start + 3_600_000) };
  const extended = await calls.reschedule({ appointmentId: visit.appointment.id, ...half });
  expect([extended.appointment.end, extended.freedSlots[0]?.status]).toEqual([half.end, "withdrawn"]);
  const snapshot = await calls.snapshot(window);
  expect((await calls.changes({ after: snapshot.cursor })).entries).toEqual([]);
  const moved = await calls.reschedule({ appointmentId: appointment.id, slotId: second.id });
  expect(moved.freedSlots.map(({ id }) => id)).toEqual([first.id]);
  await calls.cancel({ appointmentId: appointment.id, reason: "feels well" });
  expect((await calls.reconcile({ dryRun: true })).manual).toBe(0);
  const many = { providerId: "many", facilityId: "north", slots: [timesOf(0), timesOf(1)] };
  expect((await calls.createManySlots(many)).slots).toBe(2);
});

test("an empty list is refused as the engine refuses it, and is never taken for none", async () => {
  const { calls } = client;
  const { listSlots, findOpen } = engine.as({ kind: "patient", id: "ada" });
  const [nobodys, inNoState] = [
    { ...window, providerIds: [] },
    { ...window, statuses: [] },
  ];
  const answers = await Promise.allSettled([
    ...[listSlots(inNoState), calls.listSlots(inNoState), listSlots(nobodys), calls.listSlots(nobodys)],
    ...[findOpen(nobodys), calls.findOpen(nobodys), calls.changes({ providerIds: [] })],
  ]);
  const paths = ["statuses", "statuses", ...Array.from({ length: 5 }, () => "providerIds")];
  expect(answers).toMatchObject(
    paths.map((path) => ({ reason: { code: "invalid_input", details: { issues: [{ path, code: "too_few" }] } } })),
  );
  expect(() => createClient({ url: "http://127.0.0.1:9", owner: "ada", providerIds: [] })).toThrow(RangeError);
});

test("a search with no tokens of holds is one without them", async () => {
  const { calls } = client;
  const none = { ...window, holdTokens: [] };
  const { items, nextCursor } = await calls.findOpen({ ...none, limit: 1 });
  const rest = await calls.findOpen({ ...window, cursor: nextCursor });
  expect([...items, ...rest.items]).toEqual((await calls.findOpen(none)).items);
  expect((await calls.explain({ slotId: items[0]?.slotId ?? "", holdTokens: [] })).onOffer).toBe(true);
});

test("a refusal has the code, the details with their dates, and what can be done", async () => {
  const { calls } = client;
  const { items } = await calls.listSlots(window);
  const slotId = items[3]?.id ?? "";
  await engine.hold({ actor: { kind: "patient", id: "ben" }, slotId, seconds: 60 });
  const error: unknown = await calls
    .book({ slotId, subjectId: "ada", alternatives: 1 })
    .catch((thrown: unknown) => thrown);
  if (!isRequestError(error, "slot_held")) throw error;
  expect(error).toMatchObject({ status: 409, recoverable: true, transient: false, retryAfterMs: null });
  expect(error.details.heldUntil).toBeInstanceOf(Date);
  expect(error.details.alternatives?.[0]?.start).toBeInstanceOf(Date);
  expect(error.message).not.toContain(slotId);
});

test("who is not signed in is told so, and a server that is not there is no answer", async () => {
  const nobody = clientOf(undefined);
  await expect(nobody.calls.getSlot("x")).rejects.toMatchObject({ code: "not_signed_in", status: 401 });
  nobody.close();
  const nowhere = createClient({ url: "http://127.0.0.1:9", owner: "ada" });
  await expect(nowhere.calls.getSlot("x")).rejects.toMatchObject({ code: "no_answer", status: 0, transient: true });
  nowhere.close();
});

test("what one person books shows on the screen of another, and a lost race is taken back", async () => {
  const ben = clientOf("ben");
  const [ours, theirs] = [client.slots(window), ben.slots(window)];
  const leave = [ours.subscribe(() => {}), theirs.subscribe(() => {})];
  const live = (of: Client) => of.connection.get().state === "live";
  await until(() => live(client) && live(ben) && ours.get().isLoaded && theirs.get().isLoaded);
  const slotId = ours.get().items.find(({ status }) => status === "available")?.id ?? "";
  const ofSlot = (list: typeof ours) => list.get().items.find(({ id }) => id === slotId);
  const [won, lost] = await Promise.allSettled([
    client.commands.book({ slotId, subjectId: "ada" }),
    ben.commands.book({ slotId, subjectId: "ben" }),
  ]);
  expect([won.status, lost.status].sort()).toEqual(["fulfilled", "rejected"]);
  await until(() => [ours, theirs].every((list) => (ofSlot(list)?.appointmentId ?? null) !== null));
  expect(ofSlot(ours)).toEqual(ofSlot(theirs));
  expect(ofSlot(ours)).toMatchObject({ status: "booked", isPending: false });
  for (const end of leave) end();
  ben.close();
});

test("passes on what the feed brings until it is no longer wanted", async () => {
  await until(() => client.connection.get().state === "live");
  const { slots } = await engine.createSlots({
    ...{ actor: { kind: "provider", id: "p" }, providerId: "news", facilityId: "north" },
    slots: [timesOf(0)],
  });
  const slotId = slots[0]?.id ?? "";
  const heard: string[] = [];
  const leave = client.onNews((entries) => {
    heard.push(...entries.filter(({ recordId }) => recordId === slotId).map(({ command }) => command));
  });
  await engine.block({ actor: { kind: "provider", id: "p" }, slotId });
  await until(() => heard.includes("block"));
  leave();
  let isSeen = false;
  const leaveOther = client.onNews((entries) => {
    isSeen ||= entries.some(({ command }) => command === "unblock");
  });
  await engine.unblock({ actor: { kind: "provider", id: "p" }, slotId });
  await until(() => isSeen);
  leaveOther();
  expect(heard).not.toContain("unblock");
});
