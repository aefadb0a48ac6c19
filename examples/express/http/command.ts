import { randomUUID } from "node:crypto";
import { type Actor, BookingError } from "@slotwright/core";
import type { Request, Response } from "express";
import { HostError } from "../host-error.ts";

/** What every command takes from the request's headers. */
export interface Envelope {
  readonly actor: Actor;
  readonly idempotencyKey: string;
  readonly ifVersion?: number;
}

export function envelopeOf(request: Request, response: Response): Envelope {
  const actor = actorOf(request);
  const key = idempotencyKeyOf(request);
  // The error middleware tells the client which key to send again, also if the key was made here.
  response.locals.idempotencyKey = key;
  const ifVersion = ifVersionOf(request);
  return { actor, idempotencyKey: key, ...(ifVersion !== undefined && { ifVersion }) };
}

/** `X-Actor: patient/p-1`. A real host takes the actor from its session: this header is believed, whatever it says. */
export function actorOf(request: Request): Actor {
  const [, kind, id] = /^([^/]+)\/(.+)$/.exec(request.get("X-Actor") ?? "") ?? [];
  if (kind !== undefined && id !== undefined) return { kind, id };
  throw new HostError("not_signed_in", "The header X-Actor must say who asks, for example: X-Actor: patient/p-1");
}

/** Without a key from the client one is made here, so that the host may run its transaction again by itself. */
function idempotencyKeyOf(request: Request): string {
  const key = request.get("Idempotency-Key");
  if (key === "") throw invalid("Idempotency-Key", "must not be empty");
  return key ?? randomUUID();
}

/** The version in `If-Match: "3"`, which is what `ETag` said. */
function ifVersionOf(request: Request): number | undefined {
  const tag = request.get("If-Match");
  if (tag === undefined || tag === "*") return undefined;
  const [, version] = /^"([1-9]\d{0,14})"$/.exec(tag) ?? [];
  if (version === undefined) throw invalid("If-Match", 'must be one ETag of an answer, for example "3" (quoted)');
  return Number(version);
}

const fromHeaders = { actor: "X-Actor", idempotencyKey: "Idempotency-Key", ifVersion: "If-Match" };

/** The body as an object. What is in it, the engine checks. */
export function bodyOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body ?? {};
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("", "it must be a JSON object");
  for (const [field, header] of Object.entries(fromHeaders)) {
    if (Object.hasOwn(body, field)) throw invalid(field, `must not be in the body: send the header ${header}`);
  }
  return body as Record<string, unknown>;
}

export function invalid(path: string, message: string): BookingError {
  return new BookingError("invalid_input", { issues: [{ path, code: "custom", message }] });
}
