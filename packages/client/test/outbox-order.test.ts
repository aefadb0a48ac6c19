import { afterEach, expect, test } from "vitest";
import type { Fetch, Outcome } from "../src/index.ts";
import { type Answer, type AnsweredStage, answeredStage } from "./simulation/answered-stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: AnsweredStage | undefined;
afterEach(() => stage?.close());

async function stageWith(...answers: Answer[]): Promise<AnsweredStage> {
  stage = await answeredStage(...answers);
  return stage;
}

/** Two commands about one slot that wait for the network, by a page that is then closed. */
async function leftBehind(...idempotencyKeys: readonly (string | undefined)[]) {
  const lost: Answer = () => Promise.reject(new TypeError("the network is gone"));
  const left = await stageWith(...Array.from({ length: 9 }, () => lost));
  const { client, slotIds, window } = left;
  const list = client.slots(window);
  list.subscribe(() => {});
  await settled(6);
  const [first, second] = idempotencyKeys;
  const slotId = slotIds[0] ?? "";
  client.commands.block({ slotId, idempotencyKey: first }).catch(() => {});
  client.commands.unblock({ slotId, idempotencyKey: second }).catch(() => {});
  await settled(6);
  const shown = list.get().items[0];
  const names = client.pending.get().map(({ name }) => name);
  client.close();
  return { ...left, shown, names };
}

test.each([
  ["of their own", [undefined, undefined]],
  ["of the host that sort otherwise", ["7d0c-first", "1a2b-second"]],
])(
  "commands with keys %s are shown, and sent after a reload, in the order in which they were given",
  async (_, given) => {
    const { engine, another, keys, shown, names, slotIds } = await leftBehind(...given);
    expect([names, shown]).toMatchObject([["block", "unblock"], { status: "available", isPending: true }]);
    // A store may give them in any order.
    const entries = async (prefix: string) => [...(await keys.entries(prefix))].reverse();
    const next = another({ keys: { ...keys, entries } });
    const outcomes: Outcome[] = [];
    next.onOutcome((outcome) => outcomes.push(outcome));
    await settled(12);
    expect(outcomes.map((outcome) => [outcome.command.name, "answer" in outcome])).toEqual([
      ["block", true],
      ["unblock", true],
    ]);
    expect(await engine.getSlot(slotIds[0] ?? "")).toMatchObject({ status: "available", version: 3 });
  },
);

test("what is given after the clock was set back comes after what an earlier page has left", async () => {
  const { time, another, keys, slotIds } = await leftBehind("b", "a");
  const environment = { ...time.environment, now: () => time.now() - 3_600_000 };
  const next = another({ keys, environment, fetch: () => Promise.reject(new TypeError("the network is gone")) });
  await settled(6);
  next.commands.block({ slotId: slotIds[0] ?? "", idempotencyKey: "0" }).catch(() => {});
  await settled(6);
  next.close();
  expect(next.pending.get().map(({ key }) => key)).toEqual(["b", "a", "0"]);
  const last = another({ keys });
  const told: string[] = [];
  last.onOutcome(({ command }) => told.push(command.key));
  await settled(12);
  expect(told).toEqual(["b", "a", "0"]);
});

const dayMs = 24 * 3_600_000;
const offline: Fetch = () => Promise.reject(new TypeError("the network is gone"));

test("a hold shows for as long as it lasts, also after a command that was given while the clock was ahead", async () => {
  const { server, time, another, keys, slotIds, window } = await stageWith();
  const ahead = { ...time.environment, now: () => time.now() + 30 * dayMs };
  const before = another({ keys, environment: ahead, fetch: offline });
  before.commands.block({ slotId: slotIds[2] ?? "" }).catch(() => {});
  await settled(6);
  before.close();
  const fetch: Fetch = (url, init) => (init.method === "POST" ? offline(url, init) : server.fetch(url, init));
  const next = another({ keys, fetch });
  const list = next.slots(window);
  list.subscribe(() => {});
  await settled(12);
  next.commands.hold({ slotId: slotIds[0] ?? "", seconds: 60, idempotencyKey: "hold" }).catch(() => {});
  const end = new Date(time.now() + 60_000);
  expect(list.get().items[0]).toMatchObject({ status: "held", hold: { expiresAt: end } });
  expect(next.pending.get()).toMatchObject([{ name: "block" }, { name: "hold", at: time.now() }]);
  await settled(6);
  next.close();
  await time.advance(dayMs + 1_000, () => settled(2));
  const last = another({ keys });
  const told: Outcome[] = [];
  last.onOutcome((outcome) => told.push(outcome));
  await settled(12);
  expect(told.find(({ command }) => command.key === "hold")).toMatchObject({ error: { code: "not_sent" } });
});

test("a hold shows for as long as it lasts when the clock is set back after it was asked for", async () => {
  const { server, time, another, slotIds, window } = await stageWith();
  let aheadMs = 2 * 3_600_000;
  const environment = { ...time.environment, now: () => time.now() + aheadMs };
  // A page of another site may not read the server's clock.
  const fetch: Fetch = async (url, init) => {
    if (init.method === "POST") return offline(url, init);
    const { body, status, headers } = await server.fetch(url, init);
    return new Response(body, { status, headers: [...headers].filter(([name]) => name !== "date") });
  };
  const client = another({ environment, fetch });
  const list = client.slots(window);
  list.subscribe(() => {});
  await settled(12);
  client.commands.hold({ slotId: slotIds[0] ?? "", seconds: 60 }).catch(() => {});
  aheadMs = 0;
  client.commands.block({ slotId: slotIds[2] ?? "" }).catch(() => {});
  await settled(6);
  const ends = list.get().items[0]?.hold?.expiresAt.getTime() ?? 0;
  expect(ends - time.now()).toBeLessThanOrEqual(60_000);
});

test.each([
  ["", 0],
  [", also after the clock was set back", 3_600_000],
])("what is given before the commands of an earlier page are read comes after them%s", async (_, backMs) => {
  const { time, engine, another, keys, slotIds } = await leftBehind("block", "unblock");
  let read = () => {};
  const isRead = new Promise<void>((resolve) => {
    read = resolve;
  });
  const entries = (prefix: string) => isRead.then(() => keys.entries(prefix));
  const environment = { ...time.environment, now: () => time.now() - backMs };
  const slow = { ...keys, entries };
  const next = another({ keys: slow, environment, fetch: offline });
  next.commands.block({ slotId: slotIds[0] ?? "", idempotencyKey: "again" }).catch(() => {});
  await settled(6);
  read();
  await settled(6);
  expect(next.pending.get().map(({ key }) => key)).toEqual(["block", "unblock", "again"]);
  next.close();
  const last = another({ keys });
  const told: string[] = [];
  last.onOutcome(({ command }) => told.push(command.key));
  await settled(12);
  expect(told).toEqual(["block", "unblock", "again"]);
  expect(await engine.getSlot(slotIds[0] ?? "")).toMatchObject({ status: "blocked", version: 4 });
});

test("what is given before the commands of an earlier page are read is sent after them", async () => {
  const { another, keys, slotIds } = await leftBehind("block", "unblock");
  const entries = async (prefix: string) => {
    await settled(6);
    return keys.entries(prefix);
  };
  const next = another({ keys: { ...keys, entries } });
  const told: string[] = [];
  next.onOutcome(({ command }) => told.push(command.key));
  next.commands.block({ slotId: slotIds[0] ?? "", idempotencyKey: "again" }).catch(() => {});
  await settled(30);
  expect(told).toEqual(["block", "unblock", "again"]);
});

test("a client that was closed before the commands of an earlier page were read leaves them to the next one", async () => {
  const { another, keys } = await leftBehind("block", "unblock");
  let read = () => {};
  const isRead = new Promise<void>((resolve) => {
    read = resolve;
  });
  const slow = another({
    keys: { ...keys, entries: (prefix) => keys.entries(prefix).then((it) => isRead.then(() => it)) },
  });
  await settled(2);
  slow.close();
  another({ keys });
  await settled(20);
  expect(await keys.entries("")).toEqual([]);
  read();
  await settled(6);
  expect(await keys.entries("")).toEqual([]);
});

test("what an earlier version has kept is sent in the order of its times", async () => {
  const { time, another, keys, slotIds } = await stageWith();
  const [slotId = ""] = slotIds;
  for (const [key, name, ms] of [["b", "block", 0] as const, ["a", "unblock", 1] as const]) {
    const kept = { key, name, input: { slotId }, slotIds: [slotId], at: time.now() - 1_000 + ms };
    await keys.set(`slotwright ["http://test","ada"] ${key}`, JSON.stringify(kept));
  }
  const entries = async (prefix: string) => [...(await keys.entries(prefix))].sort();
  const next = another({ keys: { ...keys, entries } });
  const told: Outcome[] = [];
  next.onOutcome((outcome) => told.push(outcome));
  await settled(12);
  expect(told.map(({ command }) => command.name)).toEqual(["block", "unblock"]);
});
