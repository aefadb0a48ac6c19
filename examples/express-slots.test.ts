import { describe, expect, it } from "vitest";
import { newPlace, nine, publish, ten } from "./express/testing/client.ts";
import { testEngines } from "./express/testing/engines.ts";
import { hostsOn } from "./express/testing/hosts.ts";

describe.each(await testEngines())("the Express host on $title", (engine) => {
  const { send } = hostsOn(engine, ["send"]);

  it("publishes a slot, or many at once, and lists them by provider, status and time", async () => {
    const place = newPlace();
    const one = await send("POST /slots", { actor: "provider/dr", body: { ...place, ...nine } });
    expect(one).toMatchObject({
      status: 201,
      body: { success: true, slot: { ...place, ...nine, status: "available" } },
    });
    expect(one.headers.get("Location")).toBe(`/slots/${one.body.slot.id}`);
    const later = { start: "2027-03-22T11:00:00.000Z", end: "2027-03-22T12:00:00.000Z" };
    const many = await send("POST /slots/bulk", {
      actor: "provider/dr",
      body: { ...place, slots: [ten, { ...later, capacity: 2 }] },
    });
    expect(many).toMatchObject({ status: 201, body: { slots: [ten, { seat: 0 }, { seat: 1 }] } });
    const list = await send(`GET /slots?providerId=${place.providerId}&status=available&status=held&limit=3`);
    expect(list.body).toMatchObject({ items: [nine, ten, later], nextCursor: expect.any(String) });
    const rest = await send(
      `GET /slots?providerId=${place.providerId}&status=available&status=held&limit=3&cursor=${list.body.nextCursor}`,
    );
    expect(rest.body).toMatchObject({ items: [later], nextCursor: null });
    const seats = [...list.body.items, ...rest.body.items].slice(2).map(({ seat }) => seat);
    expect(seats.toSorted()).toEqual([0, 1]);
    const early = await send(`GET /slots?providerId=${place.providerId}&to=${ten.start}`);
    expect(early.body.items).toMatchObject([nine]);
  });

  it("refuses a slot that overlaps", async () => {
    const place = newPlace();
    await publish(send, place);
    const refused = await send("POST /slots", { actor: "provider/dr", body: { ...place, ...nine } });
    expect(refused).toMatchObject({
      status: 409,
      body: { success: false, scenario: "slot_overlap", recoverable: true },
    });
  });

  it("blocks and unblocks a slot", async () => {
    const slot = await publish(send, newPlace());
    const blocked = await send(`POST /slots/${slot.id}/block`, { actor: "provider/dr", body: { reason: "Holiday" } });
    expect(blocked).toMatchObject({ status: 200, body: { slot: { status: "blocked" } } });
    const refused = await send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } });
    expect(refused).toMatchObject({ status: 409, body: { scenario: "slot_blocked" } });
    const unblocked = await send(`POST /slots/${slot.id}/unblock`, { actor: "provider/dr" });
    expect(unblocked).toMatchObject({ status: 200, body: { slot: { status: "available", version: 3 } } });
    const { items } = (await send(`GET /slots/${slot.id}/history`, { actor: "provider/dr" })).body;
    expect(items).toMatchObject([{ command: "createSlots" }, { reason: "Holiday" }, { command: "unblock" }]);
  });

  it("refuses a change of a record that somebody else changed since", async () => {
    const slot = await publish(send, newPlace());
    const seen = await send(`GET /slots/${slot.id}`);
    const ifMatch = { headers: { "If-Match": seen.headers.get("ETag") ?? "" } };
    expect(await send(`POST /slots/${slot.id}/block`, ifMatch)).toMatchObject({ status: 200 });
    const late = await send(`POST /slots/${slot.id}/unblock`, ifMatch);
    expect(late).toMatchObject({
      status: 412,
      body: { scenario: "version_conflict", details: { expected: 1, actual: 2 } },
    });
    const booking = { ...ifMatch, body: { subjectId: "ada", slotId: slot.id } };
    expect(await send("POST /appointments", booking)).toMatchObject({ status: 412 });
  });
});
