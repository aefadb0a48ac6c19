import type { CommandInput } from "@slotwright/core";
import { Router } from "express";
import type { BookingEngine } from "../database.ts";
import { answer, answerWith } from "../http/answers.ts";
import { actorOf, bodyOf, envelopeOf } from "../http/command.ts";
import { listInputOf } from "../http/list-query.ts";

export function slotRoutes(engine: BookingEngine): Router {
  const routes = Router();

  routes.post("/slots", async (request, response) => {
    const { start, end, metadata, ...schedule } = bodyOf(request);
    const slots = [{ start, end, ...(metadata !== undefined && { metadata }) }];
    const command = { ...schedule, slots, ...envelopeOf(request, response) } as unknown as CommandInput<"createSlots">;
    const created = await engine.createSlots(command);
    const [slot] = created.slots as readonly [(typeof created.slots)[number]];
    response.status(201).location(`/slots/${slot.id}`);
    answerWith(response, slot, { slot });
  });

  routes.post("/slots/bulk", async (request, response) => {
    const command = { ...bodyOf(request), ...envelopeOf(request, response) } as unknown as CommandInput<"createSlots">;
    const { slots } = await engine.createSlots(command);
    answer(response.status(201), { slots });
  });

  routes.get("/slots", async (request, response) => {
    answer(response, await engine.as(actorOf(request)).listSlots(listInputOf(request)));
  });

  routes.get("/slots/:id", async (request, response) => {
    const slot = await engine.as(actorOf(request)).getSlot(request.params.id);
    answerWith(response, slot, { slot });
  });

  // The record that changes hands here is the appointment: ETag and If-Match are about its version.
  routes.post("/slots/:id/accept", async (request, response) => {
    const content = { ...bodyOf(request), slotId: request.params.id } as unknown as CommandInput<"accept">;
    const accepted = await engine.accept({ ...content, ...envelopeOf(request, response) });
    answerWith(response, accepted.appointment, accepted);
  });

  for (const name of ["block", "unblock"] as const) {
    routes.post(`/slots/:id/${name}`, async (request, response) => {
      const content = { ...bodyOf(request), slotId: String(request.params.id) };
      const { slot } = await engine[name]({ ...content, ...envelopeOf(request, response) });
      answerWith(response, slot, { slot });
    });
  }

  routes.get("/slots/:id/history", async (request, response) => {
    const input = { ...listInputOf(request), slotId: request.params.id };
    answer(response, await engine.as(actorOf(request)).history(input));
  });

  routes.get("/slots/:id/sync", async (request, response) => {
    answer(response, await engine.as(actorOf(request)).checkSync(request.params.id));
  });

  return routes;
}
