import { expect, it } from "vitest";
import { describeOnEachEngine } from "./engines.ts";
import { publish, week } from "./stage.ts";

describeOnEachEngine("a cursor", ({ stage }) => {
  it("goes on with its own list, and is refused by others, with other filters, and to another actor", async () => {
    const { send } = await stage();
    const ids = await publish(send, 6);
    for (const slotId of ids.slice(0, 3)) {
      const booked = await send("POST /appointments", { actor: "patient/ada", body: { slotId, subjectId: "ada" } });
      expect(booked.status).toBe(201);
    }
    const [ada, ben] = [{ actor: "patient/ada" }, { actor: "patient/ben" }];
    const lists = [
      `/slots?${week}`,
      `/slots?${week}&providerId=dr-weber`,
      `/appointments?${week}`,
      `/appointments?${week}&subjectId=ada`,
      `/open-slots?${week}`,
      `/open-slots?${week}&providerId=dr-weber`,
      `/slots/${ids[0]}/history?newestFirst=true`,
      `/slots/${ids[1]}/history?newestFirst=true`,
      `/slots/${ids[1]}/history?newestFirst=false`,
    ];
    for (const list of lists) {
      const { nextCursor } = (await send(`GET ${list}&limit=1`, ada)).body;
      expect(nextCursor, list).toEqual(expect.any(String));
      expect((await send(`GET ${list}&limit=2&cursor=${nextCursor}`, ada)).body.items.length).toBeGreaterThan(0);
      const foreign = lists.filter((other) => other !== list).map((other) => [other, ada] as const);
      const isForAll = list.startsWith("/open-slots");
      for (const [other, as] of isForAll ? foreign : [...foreign, [list, ben] as const]) {
        const { status, body } = await send(`GET ${other}&cursor=${nextCursor}`, as);
        expect([status, body.scenario], `${other} by ${as.actor}, with a cursor of ${list}`).toEqual([
          400,
          "invalid_input",
        ]);
        expect(body.details.issues).toMatchObject([{ path: "cursor", code: "not_a_cursor" }]);
        expect(body.details.issues[0].message).toMatch("start again from the beginning");
      }
      const { status, body } = await send(`GET /changes?after=${nextCursor}`, ada);
      expect([status, body.details.issues[0].path]).toEqual([400, "after"]);
    }
  });
});
