import { afterEach, expect, test } from "vitest";
import type { Outcome } from "../src/index.ts";
import { type Answer, type AnsweredStage, answeredStage } from "./simulation/answered-stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: AnsweredStage | undefined;
afterEach(() => stage?.close());

async function stageWith(...answers: Answer[]): Promise<AnsweredStage> {
  stage = await answeredStage(...answers);
  return stage;
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
