import type { StorageAdapter } from "@slotwright/core";
import { expect, it, onTestFinished } from "vitest";
import { readEvents } from "./events.ts";
import { openMemory, openStage, passed, place, publish, requestOf, until } from "./stage.ts";

type Counted = "readFeed" | "findSlots" | "findOpen";

/** A storage that counts what it is asked. */
function counting(storage: StorageAdapter<never>) {
  const counts = { readFeed: 0, findSlots: 0, findOpen: 0 };
  const counted = new Proxy(storage, {
    get(target, name, receiver) {
      if (Object.hasOwn(counts, name)) counts[name as Counted]++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { storage: counted, counts };
}

const pollMs = 200;
const live = { forDays: 30, pollMs, openTo: () => true };
const actors = Array.from({ length: 20 }, (_, index) => `${index % 2 === 0 ? "patient" : "provider"}/p${index}`);
const day = 24 * 60 * 60_000;
const [from, to] = [1, 8].map((days) => new Date(Date.now() + days * day).toISOString());
const search = `GET /open-slots?providerId=${place.providerId}&from=${from}&to=${to}`;

it("however many actors have streams open and search, storage is asked once in a poll interval, by one reader of one live model", async () => {
  const { storage, counts } = counting(await openMemory());
  const { handler, send, close } = openStage(storage, { live });
  onTestFinished(close);
  await handler.ready();
  const readByOneModel = { ...counts };
  const streams = await Promise.all(
    actors.map(async (actor, index) =>
      readEvents(await handler(requestOf(`GET /changes/stream?providerId=dr-${index % 3}`, { actor }))),
    ),
  );
  await until(() => streams.every((stream) => stream.named("started").length === 1));
  const answers = await Promise.all(actors.map((actor) => send(search, { actor })));
  expect(new Set(answers.map(({ body }) => body.source))).toEqual(new Set(["live"]));
  expect({ ...counts, readFeed: 0 }).toEqual({ ...readByOneModel, readFeed: 0 });

  // All are at rest. One read may have been under way at either end.
  await passed(2 * pollMs);
  const before = counts.readFeed;
  const began = performance.now();
  await passed(10 * pollMs);
  const intervals = (performance.now() - began) / pollMs;
  expect(counts.readFeed - before).toBeGreaterThanOrEqual(3);
  expect(counts.readFeed - before).toBeLessThanOrEqual(Math.ceil(intervals) + 1);
  await Promise.all(streams.map((stream) => stream.leave()));
});

it("news reach every stream by that one reader", async () => {
  const { storage, counts } = counting(await openMemory());
  const { handler, send, close } = openStage(storage, { live });
  onTestFinished(close);
  await handler.ready();
  const open = async (actor: string) => readEvents(await handler(requestOf("GET /changes/stream", { actor })));
  const streams = await Promise.all(actors.filter((actor) => actor.startsWith("provider")).map(open));
  await until(() => streams.every((stream) => stream.named("started").length === 1));
  const before = counts.readFeed;
  await publish(send, 3);
  await until(() => streams.every((stream) => stream.entries().length === 3));
  // A read by each of them would be one for each of ten.
  expect(counts.readFeed - before).toBeLessThan(streams.length);
  await Promise.all(streams.map((stream) => stream.leave()));
});
