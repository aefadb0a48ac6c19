import { BookingError, isBookingError } from "@slotwright/core";
import type { NextFunction, Request, Response } from "express";
import { HostError } from "../host-error.ts";
import { invalid } from "./command.ts";

/** Seconds after which a request that met a busy database may be sent again. */
const retryAfter = "1";

/** A body of another kind would be left unread, and every field of it reported as missing. */
export function refuseOtherBodies(request: Request, _response: Response, next: NextFunction): void {
  // Clients announce an empty body, too.
  const isEmpty = request.get("Content-Length") === "0";
  if (!isEmpty && request.is("application/json") === false) {
    throw new HostError("not_json", "The body must be JSON, with the header Content-Type: application/json");
  }
  next();
}

export function refuseUnknownRoutes({ method, path }: Request): never {
  throw new HostError("route_not_found", `There is no route ${method} ${path}.`, { method, path });
}

/** The one place where errors become answers. Express knows an error middleware by its four parameters. */
export function answerErrors(thrown: unknown, request: Request, response: Response, _next: NextFunction): void {
  const error = withKeyOfClient(asAnswerable(thrown), response.locals.idempotencyKey);
  // The cause stays here: it may name hosts and files.
  if (error.status >= 500) console.error(error);
  response.status(error.status).vary("Accept");
  if (error.transient) response.set("Retry-After", retryAfter);
  const wantsProblem = request.accepts(["application/json", "application/problem+json"]) === "application/problem+json";
  if (wantsProblem) response.type("application/problem+json").send(JSON.stringify(error.toProblem()));
  else response.json(error.toResponse());
}

type Answerable = BookingError | HostError;

function asAnswerable(thrown: unknown): Answerable {
  if (isBookingError(thrown) || thrown instanceof HostError) return thrown;
  return (
    unreadableRequest(thrown) ?? new HostError("internal_error", "Something went wrong in the server.", {}, thrown)
  );
}

/** What Express and its body parser refuse before any route is reached. */
function unreadableRequest(thrown: unknown): Answerable | undefined {
  if (!(thrown instanceof Error) || !("status" in thrown)) return undefined;
  const { status, message } = thrown;
  if (typeof status !== "number" || status < 400 || status > 499) return undefined;
  if ("type" in thrown && thrown.type === "entity.parse.failed") return invalid("", `it is not JSON (${message})`);
  if (status === 413) return new HostError("payload_too_large", "The body is too large. Send it in several requests.");
  if (status === 415) return new HostError("not_json", `The body cannot be read: ${message}.`);
  return new HostError("bad_request", `The request cannot be read: ${message}.`);
}

/** Errors that name the idempotency key name the one that the client sent, or can send to repeat the request. */
function withKeyOfClient(error: Answerable, key: unknown): Answerable {
  if (error instanceof HostError || typeof key !== "string" || !("idempotencyKey" in error.details)) return error;
  return new BookingError(error.code, { ...error.details, idempotencyKey: key }, error.cause);
}
