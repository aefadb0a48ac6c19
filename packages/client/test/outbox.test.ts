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
