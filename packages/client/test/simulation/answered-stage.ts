import { type Fetch, memoryKeyValueStore, type Outcome } from "../../src/index.ts";
import { openStage } from "./stage.ts";
import { settled } from "./virtual-time.ts";

export type Answer = (pass: () => Promise<Response>) => Promise<Response> | Response;

export type AnsweredStage = Awaited<ReturnType<typeof answeredStage>>;

/** A stage whose next commands are answered by these; what else is asked passes. */
export async function answeredStage(...answers: Answer[]) {
  const keys = memoryKeyValueStore();
  const sent: string[] = [];
  let pass: Fetch = async () => new Response(null, { status: 503 });
  const fetch: Fetch = async (url, init) => {
    if (init.method !== "POST") return pass(url, init);
    sent.push(new Headers(init.headers).get("idempotency-key") ?? "");
    const answer = answers.shift();
    return answer === undefined ? pass(url, init) : answer(() => pass(url, init));
  };
  const stage = await openStage({ keys, fetch });
  pass = stage.server.fetch;
  stage.client.retryNow();
  await settled(12);
  const outcomes: Outcome[] = [];
  stage.client.onOutcome((outcome) => outcomes.push(outcome));
  const { client, slotIds } = stage;
  const book = () => client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" });
  return { ...stage, keys, sent, outcomes, book };
}
