import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

it("patients see until when somebody holds a slot, and not who: a page has to know when it is free again", async () => {
  const day = "from=2027-02-08T00:00:00Z&to=2027-02-13T00:00:00Z";
  const { body } = await stage.send(`GET /api/slots?${day}&status=available&limit=1`);
  const slotId: string = body.items[0].id;
  const end = (await stage.send("GET /api/changes?after=end&limit=1", { as: "ben-okafor" })).body.cursor;
  await stage.send(`POST /api/slots/${slotId}/hold`, { as: "ada-brandt", body: { seconds: 60 } });

  const { slot } = (await stage.send(`GET /api/slots/${slotId}`, { as: "ben-okafor" })).body;
  expect(Date.parse(slot.hold.expiresAt)).toBeGreaterThan(Date.now());
  const { entries } = (await stage.send(`GET /api/changes?after=${end}`, { as: "ben-okafor" })).body;
  expect(entries).toMatchObject([{ command: "hold", actor: null, changes: { hold: { to: slot.hold } } }]);
});
