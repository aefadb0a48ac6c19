import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Answer, newPlace, nine, publish, publishAll, staff } from "./express/testing/client.ts";
import { testEngines } from "./express/testing/engines.ts";
import { hostsOn } from "./express/testing/hosts.ts";

/** All have the answer of the one that took effect. */
function expectOneAnswer(answers: readonly Answer[], status: number): void {
  const [first, ...more] = answers.filter(({ body }) => body.replayed === undefined);
  expect(more).toEqual([]);
  for (const answer of answers) expect(answer).toMatchObject({ status, body: first?.body });
}

describe.each(await testEngines())("booking and invoice on $title", (engine) => {
  // Two hosts on one database, as behind a load balancer.
  const { send, sendToOther, cutConnections } = hostsOn(engine, ["send", "sendToOther"]);

  const book = (slotId: string, number: number, content: object = {}) =>
    (number % 2 === 0 ? send : sendToOther)("POST /appointments", {
      actor: `patient/p-${number}`,
      body: { subjectId: `p-${number}`, slotId, ...content },
    });

  const bookTime = (place: object, number: number) =>
    (number % 2 === 0 ? send : sendToOther)("POST /appointments", {
      actor: `patient/p-${number}`,
      body: { ...place, ...nine, subjectId: `p-${number}` },
    });

  const appointmentsOf = async (providerId: string) =>
    (await send(`GET /appointments?providerId=${providerId}`, staff)).body.items;

  const invoicesOf = async (subjectId: string) =>
    (await send(`GET /invoices?subjectId=${subjectId}`, staff)).body.items;

  it("an invoice that its table refuses takes the booking along", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const before = await invoicesOf("p-1");
    const refused = await book(slot.id, 1, { amountCents: -1 });
    expect(refused).toMatchObject({ status: 422, body: { success: false, scenario: "invoice_refused" } });
    expect(await appointmentsOf(place.providerId)).toEqual([]);
    expect((await send(`GET /slots/${slot.id}`)).body.slot).toEqual(slot);
    expect((await send(`GET /slots/${slot.id}/history`)).body.items).toHaveLength(1);
    expect(await invoicesOf("p-1")).toEqual(before);
    expect(await book(slot.id, 1)).toMatchObject({ status: 201 });
    expect(await invoicesOf("p-1")).toHaveLength(before.length + 1);
  });

  it("a booking that is refused leaves no invoice", async () => {
    const slot = await publish(send, newPlace());
    expect(await book(slot.id, 1)).toMatchObject({ status: 201 });
    expect(await book(slot.id, 41)).toMatchObject({ status: 409 });
    expect(await invoicesOf("p-41")).toEqual([]);
  });

  it("the key of a request that failed with its transaction is free for another try", async () => {
    const slot = await publish(send, newPlace());
    const headers = { "Idempotency-Key": "once" };
    const body = { subjectId: "ada", slotId: slot.id };
    const failed = await send("POST /appointments", { headers, body: { ...body, amountCents: -1 } });
    expect(failed.status).toBe(422);
    expect(await send("POST /appointments", { headers, body })).toMatchObject({ status: 201 });
  });

  it("of fifty requests for one slot one is answered with 201, the others with 409", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => book(slot.id, number)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(49).fill(409)]);
    expect(new Set(answers.flatMap(({ body }) => body.scenario ?? []))).toEqual(new Set(["slot_booked"]));
    expect(await appointmentsOf(place.providerId)).toHaveLength(1);
    expect((await send(`GET /slots/${slot.id}/history`)).body.items).toHaveLength(2);
  });

  it("of fifty requests for one time one is answered with 201, the others with 409", async () => {
    const place = newPlace();
    await publish(send, place);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => bookTime(place, number)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(49).fill(409)]);
    const scenarios = new Set(answers.flatMap(({ body }) => body.scenario ?? []));
    expect([...scenarios].filter((code) => !["no_slot_available", "slot_booked"].includes(code))).toEqual([]);
    expect(await appointmentsOf(place.providerId)).toHaveLength(1);
  });

  it("thirty requests for twenty seats fill them all, each with its own invoice", async () => {
    const place = newPlace();
    await publishAll(send, place, [{ ...nine, capacity: 20 }]);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, number) => bookTime(place, number)));
    const booked = answers.filter(({ status }) => status === 201);
    expect(booked).toHaveLength(20);
    expect(new Set(booked.map(({ body }) => body.invoice.id)).size).toBe(20);
    expect(new Set(booked.map(({ body }) => body.slots[0].id)).size).toBe(20);
  });

  it("cancelling and booking at the same time leave slot, appointments and invoices in step", async () => {
    const place = newPlace();
    const slot = await publish(send, place);
    const first = (await book(slot.id, 0)).body.appointment;
    const cancel = (number: number) =>
      (number % 2 === 0 ? send : sendToOther)(`POST /appointments/${first.id}/cancel`, staff);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, number) => (number % 5 === 4 ? cancel(number) : book(slot.id, number))),
    );
    const cancelled = answers.filter(({ status }) => status === 200);
    expect(cancelled).toHaveLength(1);
    const booked = answers.filter(({ status }) => status === 201);
    expect(booked.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(29 - booked.length);
    for (const { id, status, subjectId } of await appointmentsOf(place.providerId)) {
      const invoices = (await invoicesOf(subjectId)) as readonly { appointmentId: string; status: string }[];
      expect(invoices.find(({ appointmentId }) => appointmentId === id)?.status).toBe(
        status === "cancelled" ? "void" : "open",
      );
    }
    expect((await send(`GET /slots/${slot.id}`)).body.slot.status).toBe(booked.length === 1 ? "booked" : "available");
    expect((await send(`GET /slots/${slot.id}/sync`, staff)).body.inSync).toBe(true);
  });

  it("one booking, sent by several at once with one key, is one and has one answer", async () => {
    const slot = await publish(send, newPlace());
    const sent = { headers: { "Idempotency-Key": "book" }, body: { subjectId: "ada", slotId: slot.id } };
    const answers = await Promise.all(
      [send, sendToOther, send, sendToOther].map((to) => to("POST /appointments", sent)),
    );
    expectOneAnswer(answers, 201);
    expect((await send(`GET /slots/${slot.id}/history`)).body.items).toHaveLength(2);
  });

  it("one cancellation, sent by several at once with one key, is one and has one answer", async () => {
    const slot = await publish(send, newPlace());
    const { appointment } = (await book(slot.id, 0)).body;
    const sent = {
      ...staff,
      headers: { "Idempotency-Key": "cancel" },
      body: { reason: "Ill" },
    };
    const answers = await Promise.all(
      [send, sendToOther, send, sendToOther].map((to) => to(`POST /appointments/${appointment.id}/cancel`, sent)),
    );
    expectOneAnswer(answers, 200);
    const history = await send(`GET /appointments/${appointment.id}/history`, staff);
    expect(history.body.items).toHaveLength(2);
  });

  it("connections that are cut again and again cost nobody a booking, and nobody a second one", async () => {
    const place = newPlace();
    const published = await publishAll(send, place, [{ ...nine, capacity: 40 }]);
    const slots = published.slots as readonly { id: string }[];
    const bookings = Promise.all(slots.map(({ id }, number) => book(id, number)));
    for (let times = 0; times < 10; times++) {
      cutConnections();
      await sleep(10);
    }
    const answers = await bookings;
    expect(answers.map(({ status, body }) => body.scenario ?? status)).toEqual(Array(40).fill(201));
    expect(new Set(answers.map(({ body }) => body.invoice.id)).size).toBe(40);
    expect(await appointmentsOf(place.providerId)).toHaveLength(40);
  });
});
