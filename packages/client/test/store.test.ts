import { createEngine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { expect, test } from "vitest";
import { createClient } from "../src/index.ts";
import { createTestServer } from "./simulation/server.ts";
import { createVirtualTime, settled, startOfTime } from "./simulation/virtual-time.ts";

const actor = { kind: "patient", id: "ada" };

async function stage() {
  const time = createVirtualTime();
  const clock = { now: () => new Date(time.now()), sleep: async () => {} };
  const engine = createEngine({ storage: memoryAdapter(), clock });
  const slots = [1, 2, 3].map((hour) => ({
    start: new Date(startOfTime + hour * 3_600_000),
    end: new Date(startOfTime + (hour + 1) * 3_600_000),
  }));
  const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
  const server = createTestServer(engine, actor);
  const client = createClient({
    url: "http://test",
    owner: "ada",
    fetch: server.fetch,
    environment: time.environment,
    sharing: false,
  });
  const from = new Date(startOfTime);
  const to = new Date(startOfTime + 86_400_000);
  const list = client.slots({ from, to });
  list.subscribe(() => {});
  await settled(20);
  return { time, engine, server, client, list, slotIds: created.slots.map(({ id }) => id) };
}

test("shows a booking at once, and keeps it when the answer and the feed come", async () => {
  const { server, client, list, slotIds } = await stage();
  expect(list.get().isLoaded).toBe(true);
  expect(client.connection.get().state).toBe("live");
  const states: string[] = [];
  list.subscribe(() => states.push(list.get().items[0]?.status ?? ""));
  const booking = client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" });
  expect(list.get().items[0]).toMatchObject({ status: "booked", isPending: true, version: 1 });
  const { appointment } = await booking;
  expect(appointment.createdAt).toBeInstanceOf(Date);
  expect(list.get().items[0]).toMatchObject({ status: "booked", isPending: false, version: 2 });
  await server.pump(10);
  await settled();
  expect(new Set(states)).toEqual(new Set(["booked"]));
  client.close();
});

test("shows a second list of the same time at once, even if it is looked at before it is watched", async () => {
  const { client } = await stage();
  const [from, to] = [new Date(startOfTime), new Date(startOfTime + 86_400_000)];
  const second = client.slots({ from, to });
  second.get();
  second.subscribe(() => {});
  expect(second.get()).toMatchObject({ isLoaded: true, items: [{}, {}, {}] });
  client.close();
});

test("takes a click back if somebody was faster, and shows the slot as the refusal says that it is", async () => {
  const { engine, client, list, slotIds } = await stage();
  const slotId = slotIds[0] ?? "";
  await engine.book({ actor: { kind: "patient", id: "ben" }, slotId, subjectId: "ben" });
  const booking = client.commands.book({ slotId, subjectId: "ada" });
  await expect(booking).rejects.toMatchObject({ code: "slot_booked", recoverable: true, details: { version: 2 } });
  expect(list.get().items[0]).toMatchObject({ status: "booked", isPending: false, version: 2 });
  expect(client.pending.get()).toEqual([]);
  client.close();
});

test("shows the slots of a request as held at once, and as free when an offer is taken instead", async () => {
  const { engine, server, client, list, slotIds, time } = await stage();
  const [asked = "", other = "", offered = ""] = slotIds;
  const ben = engine.as({ kind: "provider", id: "ben" });
  const statuses = () => list.get().items.map(({ status, isPending }) => (isPending ? `${status}?` : status));
  const appointments = client.appointments({ from: new Date(startOfTime), to: new Date(startOfTime + 86_400_000) });
  appointments.subscribe(() => {});
  await settled(10);
  const until = new Date(time.now() + 600_000);
  const request = client.commands.request({ slotId: asked, orSlotIds: [other], subjectId: "ada", holdSeconds: 600 });
  expect(statuses()).toEqual(["held?", "held?", "available"]);
  expect(list.get().items[1]?.hold?.expiresAt).toEqual(until);
  const [waiting] = appointments.get().items;
  expect(waiting).toMatchObject({ status: "scheduled", isPending: true, request: { heldUntil: until } });
  const appointmentId = (await request).appointment.id;
  expect(waiting?.id).toBe(appointmentId);
  expect(statuses()).toEqual(["held", "held", "available"]);
  await ben.offer({ appointmentId, slotId: offered, seconds: 60 });
  await server.pump(10);
  await settled();
  // What the feed brings are dates, as in answers.
  expect(appointments.get().items[0]?.request?.offer?.expiresAt).toEqual(new Date(time.now() + 60_000));
  const taking = client.commands.acceptOffer({ appointmentId });
  expect(statuses()).toEqual(["available?", "available?", "booked?"]);
  await taking;
  expect(statuses()).toEqual(["available", "available", "booked"]);
  client.close();
});

test("shows what is held for a request as free when the request is declined, or when its time is over", async () => {
  const { client, list, slotIds, time } = await stage();
  const statuses = () => list.get().items.map(({ status, isPending }) => (isPending ? `${status}?` : status));
  const [first = "", second = ""] = slotIds;
  client.appointments({ subjectId: "ada" }).subscribe(() => {});
  await settled(10);
  const of = (slotId: string) => client.commands.request({ slotId, subjectId: "ada", holdSeconds: 60 });
  const [{ appointment }] = await Promise.all([of(first), of(second)]);
  expect(statuses()).toEqual(["held", "held", "available"]);
  const declining = client.commands.decline({ appointmentId: appointment.id, reason: "I am away." });
  expect(statuses()).toEqual(["available?", "held", "available"]);
  await declining;
  await time.advance(60_000, () => settled(2));
  expect(statuses()).toEqual(["available", "available", "available"]);
  client.close();
});
