import { describe, expect, it } from "vitest";
import { newPlace, nine, publish, publishAll, staff } from "./express/testing/client.ts";
import { testEngines } from "./express/testing/engines.ts";
import { hostsOn } from "./express/testing/hosts.ts";

describe.each(await testEngines())("the Express host on $title", (engine) => {
  const { send } = hostsOn(engine, ["send"]);
  const ben = { actor: "patient/ben" } as const;

  const invoiceOf = async (appointmentId: string, actor = "patient/ada") => {
    const { items } = (await send("GET /invoices", { actor })).body;
    return items.find((invoice: { readonly appointmentId: string }) => invoice.appointmentId === appointmentId);
  };

  it("books a time or a slot, answers with the invoice, and refuses the second caller", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const booking = { ...place, ...nine, subjectId: "ada", amountCents: 7_500 };
    const booked = await send("POST /appointments", { body: booking });
    const { appointment, invoice } = booked.body;
    expect(booked).toMatchObject({
      status: 201,
      body: { success: true, appointment: { status: "confirmed", slotIds: [slot.id] } },
    });
    expect(invoice).toMatchObject({ appointmentId: appointment.id, subjectId: "ada", amountCents: 7_500 });
    expect(booked.headers.get("Location")).toBe(`/appointments/${appointment.id}`);
    const byTime = await send("POST /appointments", { ...ben, body: { ...booking, subjectId: "ben" } });
    expect(byTime).toMatchObject({ status: 409, body: { success: false, scenario: "no_slot_available" } });
    const bySlot = await send("POST /appointments", { ...ben, body: { subjectId: "ben", slotId: slot.id } });
    expect(bySlot).toMatchObject({ status: 409, body: { scenario: "slot_booked", details: { slotId: slot.id } } });
    expect((await send(`GET /appointments?providerId=${place.providerId}`)).body.items).toEqual([appointment]);
    expect(await invoiceOf(appointment.id)).toEqual({ ...invoice, status: "open" });
    expect((await send(`GET /slots/${slot.id}/sync`, staff)).body).toMatchObject({ inSync: true, faults: [] });
  });

  it("leaves an appointment for the staff to accept, where asked to", async () => {
    const place = newPlace();
    const wish = { ...place, ...nine, subjectId: "ada", ifNoSlot: "schedule" };
    const { body } = await send("POST /appointments", { body: wish });
    expect(body).toMatchObject({ appointment: { status: "scheduled" }, slots: [], invoice: { amountCents: 5_000 } });
    const { id: slotId } = await publish(send, place);
    const accept = `POST /appointments/${body.appointment.id}/accept` as const;
    expect(await send(accept, { body: { slotId } })).toMatchObject({ status: 403 });
    const accepted = await send(accept, { ...staff, body: { slotId } });
    expect(accepted).toMatchObject({ status: 200, body: { appointment: { status: "confirmed", version: 2 } } });
  });

  it("shows patients their own appointments and invoices, and slots without whose they are", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const { appointment } = (await send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } })).body;
    const list = `GET /appointments?providerId=${place.providerId}` as const;
    expect((await send(list)).body.items).toEqual([appointment]);
    expect((await send(list, ben)).body.items).toEqual([]);
    for (const route of ["GET /appointments/x", "POST /appointments/x/cancel"] as const) {
      const hidden = await send(route.replace("/x", `/${appointment.id}`) as typeof route, ben);
      expect(hidden).toMatchObject({ status: 404, body: { scenario: "appointment_not_found" } });
    }
    expect((await send(`GET /slots/${slot.id}`, ben)).body.slot).toMatchObject({
      status: "booked",
      appointmentId: null,
    });
    const { items } = (await send(`GET /slots/${slot.id}/history`, ben)).body;
    expect(items[1]).toMatchObject({ command: "book", actor: null, changes: { appointmentId: { to: null } } });
    expect((await send(`GET /slots/${slot.id}`, staff)).body.slot.appointmentId).toBe(appointment.id);
    // Not even of somebody whose name is spelled almost alike.
    for (const actor of ["patient/ben", "patient/Ada"]) expect(await invoiceOf(appointment.id, actor)).toBeUndefined();
    const ofAda = await send("GET /invoices?subjectId=ada", ben);
    expect(ofAda.body.items).toEqual((await send("GET /invoices", ben)).body.items);
    const forStaff = await send("GET /invoices?subjectId=ada", staff);
    expect(forStaff.body.items).toContainEqual(await invoiceOf(appointment.id));
  });

  it("cancels with a reason, frees the slot and voids the invoice", async () => {
    const slot = await publish(send, newPlace());
    const { appointment } = (await send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } })).body;
    const cancel = `POST /appointments/${appointment.id}/cancel` as const;
    const cancelled = await send(cancel, { body: { reason: "Feels well" }, headers: { "If-Match": '"1"' } });
    expect(cancelled).toMatchObject({
      status: 200,
      body: { appointment: { status: "cancelled", slotIds: [] }, slots: [{ id: slot.id }] },
    });
    expect(cancelled.headers.get("ETag")).toBe('"2"');
    expect(await invoiceOf(appointment.id)).toMatchObject({ status: "void" });
    expect((await send(`GET /slots/${slot.id}`)).body.slot).toMatchObject({ status: "available", version: 3 });
    const { items } = (await send(`GET /slots/${slot.id}/history`)).body;
    expect(items.at(-1)).toMatchObject({ command: "cancel", reason: "Feels well", actor: { id: "ada" } });
    const again = await send(cancel);
    expect(again).toMatchObject({ status: 409, body: { scenario: "invalid_transition", recoverable: false } });
  });

  it("writes the invoice of a request when it is accepted, and voids that of what is declined", async () => {
    const place = newPlace();
    const wish = { ...place, ...nine, subjectId: "ada" };
    const waiting = (await send("POST /appointments", { body: { ...wish, ifNoSlot: "schedule" } })).body.appointment;
    expect(await invoiceOf(waiting.id)).toMatchObject({ status: "open" });
    const declined = await send(`POST /appointments/${waiting.id}/decline`, { ...staff, body: { reason: "Closed" } });
    expect(declined).toMatchObject({ status: 200, body: { appointment: { status: "declined" } } });
    expect(await invoiceOf(waiting.id)).toMatchObject({ status: "void" });
    const { slots } = await publishAll(send, place, [nine, { start: nine.end, end: "2027-03-22T10:00:00.000Z" }]);
    const ask = async (slotId: string) =>
      (await send("POST /requests", { body: { slotId, subjectId: "ada" } })).body.appointment;
    const [first, second] = [await ask(slots[0].id), await ask(slots[1].id)];
    expect(await invoiceOf(first.id)).toBeUndefined();
    const accept = { ...staff, headers: { "Idempotency-Key": `accept ${first.id}` } };
    const { invoice } = (await send(`POST /appointments/${first.id}/accept`, accept)).body;
    expect(await invoiceOf(first.id)).toEqual({ ...invoice, amountCents: 5_000, status: "open" });
    expect((await send(`POST /appointments/${first.id}/accept`, accept)).body.invoice).toEqual(invoice);
    await send(`POST /appointments/${second.id}/offer`, { ...staff, body: { slotId: slots[1].id } });
    expect(await invoiceOf(second.id)).toBeUndefined();
    expect(await send(`POST /appointments/${second.id}/accept-offer`)).toMatchObject({ status: 200 });
    expect(await invoiceOf(second.id)).toMatchObject({ status: "open", amountCents: 5_000 });
  });

  it("neither books nor cancels what somebody else changed since, or the staff have blocked", async () => {
    const { id: slotId } = await publish(send, newPlace());
    const body = { subjectId: "ada", slotId };
    const seen = { headers: { "If-Match": (await send(`GET /slots/${slotId}`)).headers.get("ETag") ?? "" } };
    await send(`POST /slots/${slotId}/block`, staff);
    const refused = await send("POST /appointments", { body });
    expect(refused).toMatchObject({ status: 409, body: { scenario: "slot_blocked" } });
    await send(`POST /slots/${slotId}/unblock`, staff);
    const late = await send("POST /appointments", { ...seen, body });
    expect(late).toMatchObject({ status: 412, body: { scenario: "version_conflict", details: { actual: 3 } } });
    const { appointment } = (await send("POST /appointments", { body })).body;
    const moved = await send(`POST /appointments/${appointment.id}/cancel`, { headers: { "If-Match": '"7"' } });
    expect(moved).toMatchObject({ status: 412, body: { scenario: "version_conflict", details: { actual: 1 } } });
    expect(await invoiceOf(appointment.id)).toMatchObject({ status: "open" });
  });

  it("gives a repeated request the same answer and books once; keys of two actors are two", async () => {
    const place = newPlace();
    await publishAll(send, place, [{ ...nine, capacity: 3 }]);
    const booking = { body: { ...place, ...nine, subjectId: "ada" }, headers: { "Idempotency-Key": "tuesday" } };
    const answers = await Promise.all([1, 2, 3].map(() => send("POST /appointments", booking)));
    const first = await send("POST /appointments", booking);
    expect(first.status).toBe(201);
    const { replayed, ...booked } = first.body;
    expect(replayed).toBe(true);
    for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: booked });
    expect(answers.filter(({ body }) => body.replayed === undefined)).toHaveLength(1);
    await send(`POST /appointments/${first.body.appointment.id}/cancel`);
    expect((await send("POST /appointments", booking)).body).toEqual(first.body);
    for (const change of [{ reason: "other" }, { amountCents: 1 }]) {
      const other = await send("POST /appointments", { ...booking, body: { ...booking.body, ...change } });
      expect(other).toMatchObject({ status: 422, body: { details: { idempotencyKey: "tuesday" } } });
    }
    const bens = await send("POST /appointments", { ...booking, ...ben, body: { ...booking.body, subjectId: "ben" } });
    expect(bens.body.appointment.id).not.toBe(first.body.appointment.id);
    expect((await send(`GET /appointments?providerId=${place.providerId}`, staff)).body.items).toHaveLength(2);
  });
});
