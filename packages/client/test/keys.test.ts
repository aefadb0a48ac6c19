import { IDBFactory } from "fake-indexeddb";
import { afterEach, expect, test } from "vitest";
import { type IndexedDb, indexedDbKeyValueStore, memoryKeyValueStore, type Outcome } from "../src/index.ts";
import { ada, ben, openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: Stage | undefined;
afterEach(() => stage?.close());

const indexedDb = () => new IDBFactory() as unknown as IndexedDb;

/** The fake database works in turns of the event loop. */
const patiently = async () => {
  for (let turn = 0; turn < 30; turn++) await settled(2);
};

test.each([
  ["memory", memoryKeyValueStore],
  ["IndexedDB", () => indexedDbKeyValueStore(indexedDb())],
])("%s keeps what it is given by its key, and finds it by the beginning of the key", async (_, make) => {
  const store = make();
  await store.set("a 1", "one");
  await store.set("a 2", "two");
  await store.set("b 1", "other");
  await store.set("a 1", "one again");
  await store.delete("a 2");
  expect(await store.entries("a ")).toEqual([["a 1", "one again"]]);
});

test("what one page has kept, the next one finds", async () => {
  const database = indexedDb();
  await indexedDbKeyValueStore(database).set("k", "v");
  expect(await indexedDbKeyValueStore(database).entries("")).toEqual([["k", "v"]]);
});

test("a click without an answer survives a reload, and ends in one booking", async () => {
  const database = indexedDb();
  const keys = () => ({ keys: indexedDbKeyValueStore(database) });
  stage = await openStage(keys());
  const { server, client, engine, another, slotIds } = stage;
  await patiently();
  server.fates.push("unanswered");
  client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" }).catch(() => {});
  await patiently();
  client.close();

  const next = another(keys());
  const outcomes: Outcome[] = [];
  next.onOutcome((outcome) => outcomes.push(outcome));
  await patiently();
  expect(outcomes).toMatchObject([{ command: { name: "book" }, answer: { replayed: true } }]);
  expect((await engine.listAppointments({ subjectId: "ada" })).items).toHaveLength(1);
  expect(await keys().keys.entries("")).toEqual([]);
});

test("what somebody else has left is not sent in the name of who signs in next", async () => {
  const keys = memoryKeyValueStore();
  stage = await openStage({ keys });
  const { server, client, another, engine, slotIds } = stage;
  server.fates.push("lost");
  client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" }).catch(() => {});
  await settled(6);
  client.close();
  const next = another({ keys, owner: "ben" });
  await settled(12);
  expect(next.pending.get()).toEqual([]);
  expect((await engine.listAppointments({ subjectId: ada.id })).items).toEqual([]);
  expect(await keys.entries("")).toHaveLength(1);
});

test("a click of long ago is not sent any more, and somebody is told", async () => {
  const keys = memoryKeyValueStore();
  stage = await openStage({ keys });
  const { server, time, client, another, engine, slotIds } = stage;
  server.fates.push("lost");
  client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" }).catch(() => {});
  await settled(6);
  client.close();
  await time.advance(25 * 3_600_000, async () => {});
  const outcomes: Outcome[] = [];
  another({ keys }).onOutcome((outcome) => outcomes.push(outcome));
  await settled(12);
  expect(outcomes).toMatchObject([{ error: { code: "not_sent" } }]);
  expect((await engine.listAppointments({ subjectId: ben.id })).items).toEqual([]);
  expect(await keys.entries("")).toEqual([]);
});

test("a command is sent although it cannot be kept", async () => {
  const gone = async () => Promise.reject(new Error("no room"));
  stage = await openStage({ keys: { entries: gone, set: gone, delete: gone } });
  const { client, slotIds } = stage;
  const { appointment } = await client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" });
  expect(appointment.status).toBe("confirmed");
});
