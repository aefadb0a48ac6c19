import { afterEach, expect, test } from "vitest";
import { type Fetch, memoryKeyValueStore, type Outcome } from "../src/index.ts";
import { openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: Stage | undefined;
afterEach(() => stage?.close());

type Answer = (pass: () => Promise<Response>) => Promise<Response> | Response;

/** A stage whose next commands are answered by these; what else is asked passes. */
async function stageWith(...answers: Answer[]) {
  const keys = memoryKeyValueStore();
  const sent: string[] = [];
  let pass: Fetch = async () => new Response(null, { status: 503 });
  const fetch: Fetch = async (url, init) => {
    if (init.method !== "POST") return pass(url, init);
    sent.push(new Headers(init.headers).get("idempotency-key") ?? "");
    const answer = answers.shift();
    return answer === undefined ? pass(url, init) : answer(() => pass(url, init));
  };
  stage = await openStage({ keys, fetch });
  pass = stage.server.fetch;
  stage.client.retryNow();
  await settled(12);
  const outcomes: Outcome[] = [];
  stage.client.onOutcome((outcome) => outcomes.push(outcome));
  const { client, slotIds } = stage;
  const book = () => client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" });
  return { ...stage, keys, sent, outcomes, book };
}

/** A page of something in between: the command may have been done, and may not. */
const page =
  (status: number): Answer =>
  () =>
    new Response("<h1>Something went wrong</h1>", { status });

/** The same, in place of the server's own answer. */
const pageInstead =
  (status: number): Answer =>
  async (pass) => {
    await pass();
    return new Response("<h1>Something went wrong</h1>", { status });
  };

const signedOut: Answer = () =>
  Response.json({ success: false, scenario: "not_signed_in", message: "Please sign in." }, { status: 401 });

test.each([500, 501, 502, 200])(
  "a command that a plain %s may hide stays under way while its user is signed out, and ends in what it did",
  async (status) => {
    const { time, engine, client, keys, sent, outcomes, book } = await stageWith(pageInstead(status), signedOut);
    const booking = book();
    booking.catch(() => {});
    await settled(6);
    await time.advance(600, () => settled(4));
    expect(sent).toHaveLength(2);
    expect(outcomes).toEqual([]);
    expect(await keys.entries("")).toHaveLength(1);
    await time.advance(5_000, () => settled(4));
    expect((await booking).appointment).toMatchObject({ status: "confirmed" });
    expect(new Set(sent).size).toBe(1);
    expect((await engine.listAppointments({ subjectId: "ada" })).items).toHaveLength(1);
    expect(client.pending.get()).toEqual([]);
    expect(await keys.entries("")).toEqual([]);
  },
);

test.each([408, 429])(
  "a plain %s says that nothing was done, so being signed out after it is final",
  async (status) => {
    const { time, keys, book } = await stageWith(page(status), signedOut);
    const booking = book();
    booking.catch(() => {});
    await settled(6);
    await time.advance(600, () => settled(4));
    await expect(booking).rejects.toMatchObject({ code: "not_signed_in" });
    expect(await keys.entries("")).toEqual([]);
  },
);

test("what an earlier page may have sent stays under way while its user is signed out", async () => {
  const { server, time, client, another, keys, book } = await stageWith();
  server.fates.push("unanswered");
  book().catch(() => {});
  await settled(6);
  client.close();
  let isSignedOut = true;
  const next = another({
    keys,
    fetch: async (url, init) => (isSignedOut ? signedOut(async () => Response.error()) : server.fetch(url, init)),
  });
  const outcomes: Outcome[] = [];
  next.onOutcome((outcome) => outcomes.push(outcome));
  await time.advance(2_000, () => settled(4));
  expect(outcomes).toEqual([]);
  isSignedOut = false;
  await time.advance(10_000, () => settled(4));
  expect(outcomes).toMatchObject([{ answer: { replayed: true } }]);
});

test("a command that does not get through says how often it was tried, since when, and why not", async () => {
  const { client, time, slotIds, book } = await stageWith(page(500), page(500));
  book().catch(() => {});
  expect(client.pending.get()).toMatchObject([{ name: "book", attempts: 0, failingSince: null, error: null }]);
  client.commands.block({ slotId: slotIds[0] ?? "" }).catch(() => {});
  await settled(6);
  const since = time.now();
  await time.advance(600, () => settled(4));
  expect(client.pending.get()).toMatchObject([
    { name: "book", attempts: 2, failingSince: since, error: { code: "not_an_answer", status: 500 } },
    { name: "block", attempts: 0, failingSince: null, error: null },
  ]);
  const shown = client.pending.get();
  await time.advance(100, () => settled(4));
  expect(client.pending.get()).toBe(shown);
  await time.advance(5_000, () => settled(4));
  expect(client.pending.get()).toEqual([]);
});

test("what is given up is taken back, forgotten and not sent again, and its caller is told to look", async () => {
  const { client, time, keys, sent, outcomes, window, book } = await stageWith(page(500));
  const slots = client.slots(window);
  slots.subscribe(() => {});
  await settled(6);
  const booking = book();
  const told = expect(booking).rejects.toMatchObject({
    ...{ code: "not_sent", status: 0, transient: false, message: expect.stringContaining("Look up") },
    cause: { code: "not_an_answer", status: 500 },
  });
  await settled(6);
  expect(slots.get().items[0]).toMatchObject({ status: "booked", isPending: true });
  const { key = "" } = client.pending.get()[0] ?? {};
  expect(client.giveUp(key)).toBe(true);
  expect(client.giveUp(key)).toBe(false);
  expect(slots.get().items[0]).toMatchObject({ status: "available", isPending: false });
  expect(client.pending.get()).toEqual([]);
  await told;
  expect(outcomes).toMatchObject([{ command: { key, name: "book" }, error: { code: "not_sent" } }]);
  expect(await keys.entries("")).toEqual([]);
  await time.advance(120_000, () => settled(2));
  expect(sent).toEqual([key]);
});

test("what is given up and had taken effect shows as it is, without news of the feed", async () => {
  const { client, window, book } = await stageWith(pageInstead(500));
  const [slots, mine] = [client.slots(window), client.appointments(window)];
  for (const query of [slots, mine]) query.subscribe(() => {});
  await settled(6);
  book().catch(() => {});
  await settled(6);
  client.giveUp(client.pending.get()[0]?.key ?? "");
  await settled(6);
  expect(slots.get().items[0]).toMatchObject({ status: "booked", version: 2, isPending: false });
  expect(mine.get().items).toMatchObject([{ status: "confirmed", isPending: false }]);
});

test("what waits for a command that is given up is sent", async () => {
  const { client, engine, sent, slotIds, book } = await stageWith(page(500));
  book().catch(() => {});
  const blocking = client.commands.block({ slotId: slotIds[0] ?? "" });
  await settled(6);
  expect(sent).toHaveLength(1);
  client.giveUp(sent[0] ?? "");
  expect((await blocking).slot.status).toBe("blocked");
  expect((await engine.listAppointments({ subjectId: "ada" })).items).toEqual([]);
});

test("a command that waits for another one, or whose request is on its way, can be given up", async () => {
  const never: Answer = () => new Promise(() => {});
  const { client, sent, outcomes, slotIds, book } = await stageWith(never);
  book().catch(() => {});
  client.commands.block({ slotId: slotIds[0] ?? "" }).catch(() => {});
  await settled(6);
  for (const { key } of [...client.pending.get()].reverse()) expect(client.giveUp(key)).toBe(true);
  await settled(6);
  expect(outcomes.map(({ command }) => command.name)).toEqual(["book", "block"].reverse());
  expect(sent).toHaveLength(1);
});

test("nothing is given up that is answered, is not there, or belongs to a client that is closed", async () => {
  const { client, keys, book } = await stageWith();
  const answers: boolean[] = [];
  let isAnswered = false;
  const booking = book();
  const { key = "" } = client.pending.get()[0] ?? {};
  // Told of the change that the answer makes before the caller is.
  client.pending.subscribe(() => {
    isAnswered ||= client.pending.get().length === 0;
    if (isAnswered) answers.push(client.giveUp(key));
  });
  expect((await booking).appointment.status).toBe("confirmed");
  expect(answers).toContain(false);
  expect(answers).not.toContain(true);
  expect(client.giveUp(key)).toBe(false);
  expect(client.giveUp("none")).toBe(false);
  book().catch(() => {});
  const [second] = client.pending.get();
  client.close();
  expect(client.giveUp(second?.key ?? "")).toBe(false);
  await settled(6);
  expect(await keys.entries("")).toHaveLength(1);
});

test("a key that a header cannot carry is refused at once, is not kept, and is not taken up", async () => {
  const { client, another, time, keys, sent, outcomes, slotIds } = await stageWith();
  const input = { slotId: slotIds[0] ?? "", subjectId: "ada" };
  for (const idempotencyKey of ["klíč-š", "klíč", "a\nb", "", " ", "k ", " k"]) {
    await expect(client.commands.book({ ...input, idempotencyKey })).rejects.toThrow(RangeError);
    await expect(client.calls.book({ ...input, idempotencyKey })).rejects.toThrow(RangeError);
  }
  expect([client.pending.get(), await keys.entries(""), sent, outcomes]).toEqual([[], [], [], []]);
  await client.commands.book({ ...input, idempotencyKey: "a key" });
  expect(sent).toEqual(["a key"]);
  const kept = { key: "š", name: "block", input: { slotId: input.slotId }, slotIds: [input.slotId], at: time.now() };
  await keys.set('slotwright ["http://test","ada"] š', JSON.stringify(kept));
  const next = another({ keys });
  await settled(6);
  expect(next.pending.get()).toEqual([]);
});

test("a command is given up from within the listener that it appears to", async () => {
  const { client, outcomes, sent, book } = await stageWith();
  client.pending.subscribe(() => client.pending.get().forEach(({ key }) => void client.giveUp(key)));
  await expect(book()).rejects.toMatchObject({ code: "not_sent" });
  expect(sent).toEqual([]);
  expect(outcomes).toHaveLength(1);
});

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
