import { createClient } from "@slotwright/client";
import type { FreeTime } from "@slotwright/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { askToHold } from "../../page/src/patient/book/ask-to-hold.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

it("patients see until when somebody holds a slot, and not who: a page has to know when it is free again", async () => {
  const offer = await freeTime();
  const { slotId } = offer;
  const end = (await stage.send("GET /api/changes?after=end&limit=1", { as: "ben-okafor" })).body.cursor;
  await stage.send("POST /api/holds", { as: "ada-brandt", body: { slotId, seconds: 60 } });

  const { slot } = (await stage.send(`GET /api/slots/${slotId}`, { as: "ben-okafor" })).body;
  expect(Date.parse(slot.hold.expiresAt)).toBeGreaterThan(Date.now());
  const { entries } = (await stage.send(`GET /api/changes?after=${end}`, { as: "ben-okafor" })).body;
  expect(entries).toMatchObject([{ command: "hold", actor: null, changes: { hold: { to: slot.hold } } }]);
});

it("a hold whose answer is lost is asked for again with its key, so that the page can book with its token", async () => {
  const [offer, keys] = [await freeTime(), [] as (string | null)[]];
  const { slotId } = offer;
  const subjectId = "ada-brandt";
  const client = createClient({
    url: `${stage.url}/api`,
    owner: subjectId,
    headers: { "X-Clinic-Person": subjectId },
    sharing: false,
    async fetch(address, init) {
      // Calls need no feed, which would go on to read while the stage is taken down.
      if (address.includes("/changes")) return new Response(null, { status: 503 });
      const answer = await fetch(address, init);
      if (!address.endsWith("/holds")) return answer;
      keys.push(new Headers(init.headers).get("Idempotency-Key"));
      if (keys.length > 1) return answer;
      await answer.text();
      throw new TypeError("The answer of the first hold is lost.");
    },
  });
  try {
    const { token: holdToken } = await askToHold(client.calls, offer, 60);
    expect(keys).toEqual([expect.any(String), keys[0]]);
    await expect(client.calls.book({ slotId, subjectId })).rejects.toMatchObject({ code: "slot_held" });
    const { appointment } = await client.calls.book({ slotId, subjectId, holdToken });
    expect(appointment.status).toBe("confirmed");
  } finally {
    client.close();
  }
});

async function freeTime(): Promise<FreeTime & { readonly slotId: string }> {
  const day = "from=2027-02-08T00:00:00Z&to=2027-02-13T00:00:00Z";
  const { body } = await stage.send(`GET /api/slots?${day}&status=available&limit=1`);
  const { id: slotId, start, end, ...slot } = body.items[0];
  return { ...slot, slotId, start: new Date(start), end: new Date(end), seats: 1 };
}
