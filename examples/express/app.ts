import express, { type Express } from "express";
import type { Database } from "./database.ts";
import { answerErrors, refuseOtherBodies, refuseUnknownRoutes } from "./http/errors.ts";
import { appointmentRoutes } from "./routes/appointments.ts";
import { slotRoutes } from "./routes/slots.ts";

export function createApp(database: Database): Express {
  const app = express();
  app.disable("x-powered-by");
  // ETags are versions, for If-Match. They do not say that an answer is unchanged (a hold ends by the clock alone), so
  // neither hashes of bodies nor If-None-Match have a place here.
  app.disable("etag");
  app.use((request, _response, next) => {
    delete request.headers["if-none-match"];
    next();
  });
  // Room for the largest bulk of slots that the engine takes.
  app.use(refuseOtherBodies, express.json({ limit: "16mb" }));
  app.use(appointmentRoutes(database));
  app.use(slotRoutes(database.engine));
  app.use(refuseUnknownRoutes);
  app.use(answerErrors);
  return app;
}
