import { type Calls, createClient } from "@slotwright/client";
import { type Actor, createEngine, type Engine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { createHandler } from "@slotwright/http";
import { onTestFinished } from "vitest";
import { authorize } from "../../../express/access.ts";
import { audienceOf, policies } from "../../server/policies.ts";

/** An engine with the rules of the clinic, and the calls of this person's page, for one test. */
export function engineWithCalls(actor: Actor): { readonly engine: Engine<never>; readonly calls: Calls } {
  const engine = createEngine({ storage: memoryAdapter(), authorize, policies, audienceOf });
  const handler = createHandler({ engine, actorOf: () => actor });
  const fetch = (address: string, init: RequestInit) => handler(new Request(address, init));
  const client = createClient({ url: "http://clinic.test", owner: actor.id, fetch, sharing: false });
  onTestFinished(async () => {
    client.close();
    await handler.close();
  });
  return { engine, calls: client.calls };
}
