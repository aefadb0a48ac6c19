import type { CommandInput } from "@slotwright/core";
import { Router } from "express";
import { bookWithInvoice, cancelWithInvoice } from "../bookings.ts";
import type { Database } from "../database.ts";
import { answer, answerWith } from "../http/answers.ts";
import { actorOf, bodyOf, envelopeOf, invalid } from "../http/command.ts";
import { listInputOf } from "../http/list-query.ts";

/** Cents of an appointment whose price nobody named. A real host has a price list, and takes no price from a client. */
const defaultAmount = 5_000;

export function appointmentRoutes(database: Database): Router {
  const { engine } = database;
  const routes = Router();

  routes.post("/appointments", async (request, response) => {
    const { amountCents = defaultAmount, ...booking } = bodyOf(request);
    const envelope = envelopeOf(request, response);
    if (envelope.ifVersion !== undefined && !("slotId" in booking)) {
      throw invalid("If-Match", "is the version of a slot: send it together with slotId");
    }
    // The types are promises about what strangers sent: the engine checks every field, and refuses unknown ones.
    const command = { ...booking, ...envelope } as CommandInput<"book"> & typeof envelope;
    const booked = await bookWithInvoice(database, command, wholeCents(amountCents));
    response.status(201).location(`/appointments/${booked.appointment.id}`);
    answerWith(response, booked.appointment, booked);
  });

  routes.get("/appointments", async (request, response) => {
    answer(response, await engine.as(actorOf(request)).listAppointments(listInputOf(request)));
  });

  routes.get("/appointments/:id", async (request, response) => {
    const appointment = await engine.as(actorOf(request)).getAppointment(request.params.id);
    const invoice = (await database.findInvoice(appointment.id)) ?? null;
    answerWith(response, appointment, { appointment, invoice });
  });

  routes.delete("/appointments/:id", async (request, response) => {
    const content = { ...request.query, ...bodyOf(request), appointmentId: request.params.id };
    const cancelled = await cancelWithInvoice(database, { ...content, ...envelopeOf(request, response) });
    answerWith(response, cancelled.appointment, cancelled);
  });

  routes.get("/appointments/:id/history", async (request, response) => {
    const input = { ...listInputOf(request), appointmentId: request.params.id };
    answer(response, await engine.as(actorOf(request)).history(input));
  });

  return routes;
}

/** Whether the amount is a sensible one is left to the table's CHECK, to show what happens to the booking then. */
function wholeCents(amount: unknown): number {
  const most = 2 ** 31 - 1;
  if (Number.isSafeInteger(amount) && Math.abs(Number(amount)) <= most) return Number(amount);
  throw invalid("amountCents", `must be a whole number, and at most ${most}`);
}
