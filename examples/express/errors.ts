import { isBookingError } from "@slotwright/core";
import { type AnswerableError, HttpError, isHttpError } from "@slotwright/http";
import type { NextFunction, Request, Response } from "express";

/** Errors of your own routes, in the same envelope as all others. Express knows it by its four parameters. */
export function answerErrors(thrown: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const error = asAnswerable(thrown);
  // The cause stays here: it may name hosts and files.
  if (error.status >= 500) console.error(thrown);
  if (error.transient === true) response.set("Retry-After", "1");
  response.status(error.status).json(error.toResponse());
}

function asAnswerable(thrown: unknown): AnswerableError {
  if (isBookingError(thrown) || isHttpError(thrown)) return thrown;
  // Express refuses what it cannot read with a status.
  const { status = 500 } = (thrown ?? {}) as { readonly status?: number };
  if (status === 413) return new HttpError("payload_too_large");
  return new HttpError(status < 500 ? "bad_request" : "internal_error", {}, {}, thrown);
}
