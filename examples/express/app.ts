import { BookingError } from "@slotwright/core";
import { createHandler, type Handler, HttpError } from "@slotwright/http";
import { toNodeListener } from "@slotwright/http/node";
import express, { type Express } from "express";
import { callsWithInvoices } from "./bookings.ts";
import type { Database } from "./database.ts";
import { answerErrors } from "./errors.ts";
import { createSignIn } from "./sign-in.ts";

export function createApp(database: Database): { readonly app: Express; readonly handler: Handler } {
  const signIn = createSignIn();
  const handler = createHandler({
    engine: database.engine,
    actorOf: ({ headers }) => signIn.actorOf(headers.get("cookie")),
    calls: callsWithInvoices(database),
    // Without the request, whose cookie is none of the log's business.
    onError: (error) => console.error(error),
  });

  const app = express().disable("x-powered-by");
  app.use(signIn.routes);

  app.get("/invoices", async ({ headers, query }, response) => {
    const actor = signIn.actorOf(headers.cookie);
    if (actor === undefined) throw new HttpError("not_signed_in");
    const items = await database.invoicesOf(actor.kind === "patient" ? actor.id : subjectIn(query));
    response.set("Cache-Control", "no-store").json({ success: true, items });
  });

  app.use(toNodeListener(handler));
  app.use(answerErrors);
  return { app, handler };
}

/** The staff say whose invoices they want. */
function subjectIn({ subjectId }: Readonly<Record<string, unknown>>): string {
  if (typeof subjectId === "string") return subjectId;
  const issue = { path: "subjectId", code: "required", message: "must say whose invoices" } as const;
  throw new BookingError("invalid_input", { issues: [issue] });
}
