import { describe, expect, it } from "vitest";
import { newPlace, nine, publish } from "./express/testing/client.ts";
import { testEngines } from "./express/testing/engines.ts";
import { hostsOn } from "./express/testing/hosts.ts";

describe.each(await testEngines())("the Express host on $title", (engine) => {
  const { send } = hostsOn(engine, ["send"]);

  it("books a time or a slot, answers with the invoice, and refuses the second caller", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const booking = { ...place, ...nine, subjectId: "ada", amountCents: 7_500 };
    const booked = await send("POST /appointments", { body: booking });
    expect(booked).toMatchObject({
      status: 201,
      body: {
        success: true,
        appointment: { status: "confirmed", slotIds: [slot.id] },
        invoice: { amountCents: 7_500 },
      },
    });
    const { appointment } = booked.body;
    expect(booked.headers.get("Location")).toBe(`/appointments/${appointment.id}`);
    const byTime = await send("POST /appointments", { body: { ...booking, subjectId: "ben" } });
    expect(byTime).toMatchObject({ status: 409, body: { success: false, scenario: "no_slot_available" } });
    const bySlot = await send("POST /appointments", { body: { subjectId: "ben", slotId: slot.id } });
    expect(bySlot).toMatchObject({ status: 409, body: { scenario: "slot_booked", details: { slotId: slot.id } } });
    expect((await send(`GET /appointments?providerId=${place.providerId}`)).body.items).toEqual([appointment]);
    expect((await send(`GET /appointments/${appointment.id}`)).body).toMatchObject({
      appointment,
      invoice: { amountCents: 7_500, status: "open" },
    });
    expect((await send(`GET /slots/${slot.id}/sync`)).body).toMatchObject({ inSync: true, faults: [] });
  });

  it("leaves an appointment for the provider to accept, where asked to", async () => {
    const place = newPlace();
    const wish = { ...place, ...nine, subjectId: "ada", ifNoSlot: "schedule" };
    const { body } = await send("POST /appointments", { body: wish });
    expect(body).toMatchObject({ appointment: { status: "scheduled" }, slots: [] });
    const slot = await publish(send, place);
    const accept = { actor: "provider/dr", body: { appointmentId: body.appointment.id } };
    const accepted = await send(`POST /slots/${slot.id}/accept`, accept);
    expect(accepted).toMatchObject({ status: 200, body: { appointment: { status: "confirmed", version: 2 } } });
    expect(accepted.headers.get("ETag")).toBe('"2"');
    const again = await send(`POST /slots/${slot.id}/accept`, accept);
    expect(again).toMatchObject({ status: 409, body: { scenario: "invalid_transition" } });
    const history = await send(`GET /appointments/${body.appointment.id}/history`, { actor: "provider/dr" });
    expect(history.body.items).toMatchObject([
      { toStatus: "scheduled" },
      { toStatus: "confirmed", actor: { id: "dr" } },
    ]);
  });

  it("shows a patient their own appointments, and slots without whose they are", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const { appointment } = (await send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } })).body;
    const list = `GET /appointments?providerId=${place.providerId}` as const;
    expect((await send(list)).body.items).toEqual([appointment]);
    const ben = { actor: "patient/ben" };
    expect((await send(list, ben)).body.items).toEqual([]);
    const hidden = await send(`GET /appointments/${appointment.id}`, ben);
    expect(hidden).toMatchObject({ status: 404, body: { scenario: "appointment_not_found" } });
    expect((await send(`GET /slots/${slot.id}`, ben)).body.slot).toMatchObject({
      status: "booked",
      appointmentId: null,
    });
    const { items } = (await send(`GET /slots/${slot.id}/history`, ben)).body;
    expect(items[1]).toMatchObject({ command: "book", actor: null, changes: { appointmentId: { to: null } } });
    const { body } = await send(`GET /slots/${slot.id}`, { actor: "provider/dr" });
    expect(body.slot.appointmentId).toBe(appointment.id);
    expect(await send(list, { actor: "" })).toMatchObject({ status: 401, body: { scenario: "not_signed_in" } });
  });

  it.each(["body", "query"])("cancels with a reason in the %s, frees the slot and voids the invoice", async (where) => {
    const slot = await publish(send, newPlace());
    const { appointment } = (await send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } })).body;
    const cancelled =
      where === "body"
        ? await send(`DELETE /appointments/${appointment.id}`, { body: { reason: "Feels well" } })
        : await send(`DELETE /appointments/${appointment.id}?reason=Feels%20well`);
    expect(cancelled).toMatchObject({
      status: 200,
      body: { appointment: { status: "cancelled" }, slots: [{ id: slot.id }] },
    });
    const after = await send(`GET /appointments/${appointment.id}`);
    expect(after.body).toMatchObject({ appointment: { slotIds: [] }, invoice: { status: "void" } });
    expect((await send(`GET /slots/${slot.id}`)).body.slot).toMatchObject({ status: "available", version: 3 });
    const { items } = (await send(`GET /slots/${slot.id}/history`)).body;
    expect(items.at(-1)).toMatchObject({
      command: "cancel",
      reason: "Feels well",
      actor: { kind: "patient", id: "ada" },
    });
    const again = await send(`DELETE /appointments/${appointment.id}`);
    expect(again).toMatchObject({ status: 409, body: { scenario: "invalid_transition", recoverable: false } });
  });

  it("gives a repeated request the same answer and books once; keys of two actors are two", async () => {
    const place = newPlace();
    await send("POST /slots/bulk", { body: { ...place, slots: [{ ...nine, capacity: 3 }] } });
    const booking = { body: { ...place, ...nine, subjectId: "ada" }, headers: { "Idempotency-Key": "tuesday" } };
    const answers = await Promise.all([1, 2, 3].map(() => send("POST /appointments", booking)));
    const first = await send("POST /appointments", booking);
    expect(first.status).toBe(201);
    const { replayed, ...booked } = first.body;
    expect(replayed).toBe(true);
    for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: booked });
    expect(answers.filter(({ body }) => body.replayed === undefined)).toHaveLength(1);
    await send(`DELETE /appointments/${first.body.appointment.id}`);
    expect((await send("POST /appointments", booking)).body).toEqual(first.body);
    for (const change of [{ subjectId: "eve" }, { amountCents: 1 }]) {
      const other = await send("POST /appointments", { ...booking, body: { ...booking.body, ...change } });
      expect(other).toMatchObject({ status: 422, body: { details: { idempotencyKey: "tuesday" } } });
    }
    const ben = await send("POST /appointments", { ...booking, actor: "patient/ben" });
    expect(ben.body.appointment.id).not.toBe(first.body.appointment.id);
    expect((await send(`GET /appointments?providerId=${place.providerId}`)).body.items).toHaveLength(2);
  });
});
