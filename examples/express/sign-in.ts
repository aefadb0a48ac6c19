import { randomUUID } from "node:crypto";
import { type Actor, BookingError } from "@slotwright/core";
import { idSchema } from "@slotwright/core/schemas";
import express, { Router } from "express";
import { z } from "zod";

export const warning =
  "This is not a sign-in: there are no passwords, and every name is believed. " +
  "Put your own in place of examples/express/sign-in.ts before anybody else can reach this.";

const who = z.strictObject({ kind: z.enum(["patient", "staff"]), id: idSchema });

export interface SignIn {
  /** `POST /sign-in`, which begins a session. */
  readonly routes: Router;
  /** Whose session the header `Cookie` names. */
  readonly actorOf: (cookie: string | null | undefined) => Actor | undefined;
}

/**
 * A STAND-IN FOR A SIGN-IN, WHICH BELIEVES EVERYBODY. Its sessions are forgotten with the process. What the rest of the
 * host needs of a real one is `actorOf`.
 */
export function createSignIn(): SignIn {
  const sessions = new Map<string, Actor>();
  const routes = Router().post("/sign-in", express.json(), (request, response) => {
    // A real host checks a password here.
    const { data: actor, error } = who.safeParse(request.body);
    if (actor === undefined) throw invalid(error.issues[0]);
    const session = randomUUID();
    sessions.set(session, actor);
    response.cookie("session", session, { httpOnly: true, sameSite: "lax" }).json({ success: true, actor, warning });
  });
  return {
    routes,
    actorOf: (cookie) => sessions.get(/(?:^|;\s*)session=([^;]+)/.exec(cookie ?? "")?.[1] ?? ""),
  };
}

function invalid(issue: z.core.$ZodIssue | undefined): BookingError {
  const { path = [], message = "is not valid" } = issue ?? {};
  return new BookingError("invalid_input", { issues: [{ path: path.join("."), code: "custom", message }] });
}
