import { afterEach, expect, test } from "vitest";
import { openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: Stage | undefined;
afterEach(() => stage?.close());

async function watched() {
  stage = await openStage();
  const list = stage.client.slots(stage.window);
  const states: string[] = [];
  list.subscribe(() => {});
  stage.client.connection.subscribe(() => states.push(stage?.client.connection.get().state ?? ""));
  await settled(6);
  return { ...stage, list, states, first: () => list.get().items[0] };
}

const block = ({ engine, slotIds }: Stage) =>
  engine.block({ actor: { kind: "provider", id: "p" }, slotId: slotIds[0] ?? "" });

test("news come by the stream, and it goes on where it was after a cut", async () => {
  const page = await watched();
  const { server, time, first, states, client } = page;
  expect(client.connection.get()).toMatchObject({ state: "live", error: null });
  server.cut();
  await settled(6);
  expect(states).toEqual(["reconnecting"]);
  await block(page);
  await time.advance(2_000, () => settled(4));
  await server.pump(10);
  await settled(4);
  expect(first()?.status).toBe("blocked");
  expect(states).toEqual(["reconnecting", "live"]);
});

test("where no stream gets through, the feed is asked every five seconds until one does", async () => {
  const page = await watched();
  const { server, time, first, client } = page;
  server.streams = "refused";
  server.cut();
  await settled(4);
  await time.advance(20_000, () => settled(4));
  expect(client.connection.get().state).toBe("polling");
  await block(page);
  await time.advance(5_100, () => settled(4));
  expect(first()?.status).toBe("blocked");
  expect(client.connection.ageMs()).toBeLessThanOrEqual(5_100);
  server.streams = "open";
  await time.advance(31_000, () => settled(4));
  expect(client.connection.get().state).toBe("live");
});

test("a stream that says nothing for 35 seconds is given up", async () => {
  const { server, time, states } = await watched();
  for (let at = 0; at < 3; at++) {
    await time.advance(30_000, () => settled(4));
    await server.pump(1);
    await settled(4);
  }
  expect(states).toEqual([]);
  await time.advance(35_000, () => settled(4));
  expect(states[0]).toBe("reconnecting");
  expect(server.openStreams()).toBeGreaterThan(0);
});

test("while nothing gets through, it says so, and how old what is shown is", async () => {
  const { server, time, client } = await watched();
  server.streams = "refused";
  server.cut();
  server.fates.push(...Array.from({ length: 100 }, () => "lost" as const));
  await time.advance(60_000, () => settled(4));
  expect(client.connection.get()).toMatchObject({ state: "reconnecting", error: { code: "no_answer" } });
  expect(client.connection.ageMs()).toBeGreaterThanOrEqual(60_000);
  expect(client.connection.get().asOf).toBeInstanceOf(Date);
  server.fates.length = 0;
  server.streams = "open";
  client.retryNow();
  await settled(8);
  expect(client.connection.get()).toMatchObject({ state: "live", error: null });
});

test("a stream that the server ends with an error says which one, until the next one stands", async () => {
  const { server, time, client, states } = await watched();
  server.fail("schema_too_new");
  await settled(6);
  expect(client.connection.get()).toMatchObject({
    state: "reconnecting",
    error: { code: "schema_too_new", message: "It is newer.", transient: false },
  });
  await time.advance(2_000, () => settled(4));
  await server.pump(10);
  await settled(4);
  expect(client.connection.get()).toMatchObject({ state: "live", error: null });
  expect(states).toEqual(["reconnecting", "live"]);
});

test("after a reset everything is read anew", async () => {
  const page = await watched();
  const { server, first, client } = page;
  await block(page);
  server.reset();
  await server.pump(10);
  await settled(12);
  expect(first()?.status).toBe("blocked");
  expect(client.connection.get().state).toBe("live");
});

test("after a reset, those who count and search are told to ask again", async () => {
  const { engine, server, client, slotIds, window } = await watched();
  const open = client.openSlots(window);
  open.subscribe(() => {});
  await settled(6);
  const heard: number[] = [];
  const shown: (string | undefined)[] = [];
  const list = client.slots(window);
  list.subscribe(() => {});
  client.onNews((entries) => {
    heard.push(entries.length);
    shown.push(list.get().items[0]?.status);
  });
  await engine.book({ actor: { kind: "patient", id: "ben" }, slotId: slotIds[0] ?? "", subjectId: "ben" });
  server.reset();
  await server.pump(10);
  await settled(12);
  expect([heard, shown]).toEqual([[0], ["booked"]]);
});

test("those who count are told to ask again once the feed has begun", async () => {
  const { another } = await watched();
  const heard: number[] = [];
  another().onNews((entries) => heard.push(entries.length));
  await settled(12);
  expect(heard).toEqual([0]);
});

test("an expired hold is free by the clock, without news", async () => {
  const { client, time, first, slotIds, server } = await watched();
  await client.commands.hold({ slotId: slotIds[0] ?? "", seconds: 10 });
  await server.pump(10);
  expect(first()?.status).toBe("held");
  await time.advance(10_000, () => settled(2));
  expect(first()).toMatchObject({ status: "available", hold: null });
});

test("commands about one record go out in the order in which they were given", async () => {
  const { client, server, slotIds } = await watched();
  server.fates.push("late");
  const slotId = slotIds[0] ?? "";
  const blocked = client.commands.block({ slotId });
  const freed = client.commands.unblock({ slotId });
  await settled(4);
  expect(client.pending.get()).toHaveLength(2);
  server.release();
  expect((await blocked).slot.version).toBe(2);
  expect((await freed).slot.version).toBe(3);
});

test("a closed client leaves no timer and no stream", async () => {
  const { client, server, time } = await watched();
  client.close();
  await settled(6);
  expect(time.waiting()).toBe(0);
  await server.pump(1);
  expect(server.openStreams()).toBe(0);
});
