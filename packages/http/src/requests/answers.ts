import { BookingError, isBookingError, type ScreenOptions } from "@slotwright/core";
import { type AnswerableError, HttpError, isHttpError, problemOf } from "../errors.ts";
import type { Incoming, Outgoing } from "./incoming.ts";

/** Seconds after which a request that met a busy database may be sent again. */
const retryAfter = "1";

export const usualHeaders = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  Vary: "Accept, Origin",
} as const;

const jsonHeaders = { ...usualHeaders, "Content-Type": "application/json; charset=utf-8" } as const;

export function json(status: number, content: object, headers: Readonly<Record<string, string>> = {}): Outgoing {
  return { status, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(content) };
}

/** `{ success: true, … }`, the counterpart of the envelope of a refusal. */
export const answer = (status: number, content: object, headers: Readonly<Record<string, string>> = {}): Outgoing =>
  json(status, { success: true, ...content }, headers);

/** A refusal, in the shape that the client asks for. The cause stays here: it may name hosts and files. */
export function refusal(error: AnswerableError, incoming: Pick<Incoming, "header">, screen: ScreenOptions): Outgoing {
  const headers = {
    ...(error.transient === true && { "Retry-After": retryAfter }),
    ...(isHttpError(error) ? error.headers : {}),
  };
  const envelope = error.toResponse(screen);
  if (!wantsProblem(incoming.header("accept"))) return json(error.status, envelope, headers);
  const problem = error.toProblem?.(screen) ?? problemOf(error, envelope);
  return json(error.status, problem, { ...headers, "Content-Type": "application/problem+json; charset=utf-8" });
}

/** What is thrown, as what can be answered. */
export function asAnswerable(thrown: unknown): AnswerableError {
  if (isBookingError(thrown)) return thrown;
  return isAnswerable(thrown) ? thrown : new HttpError("internal_error", {}, {}, thrown);
}

function isAnswerable(thrown: unknown): thrown is AnswerableError {
  if (typeof thrown !== "object" || thrown === null) return false;
  const { status, toResponse } = thrown as Partial<AnswerableError>;
  return typeof toResponse === "function" && Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600;
}

/** Errors that name the idempotency key name the one that the client sent, or can send to repeat the request. */
export function withKeyOfClient(thrown: unknown, key: string | undefined): unknown {
  if (key === undefined || !isBookingError(thrown) || !("idempotencyKey" in thrown.details)) return thrown;
  return new BookingError(thrown.code, { ...thrown.details, idempotencyKey: key } as never, thrown.cause);
}

const problemType = "application/problem+json";

/** Whether problem details are ranked above plain JSON, or as high as what names no type. */
function wantsProblem(accept: string | undefined): boolean {
  if (accept?.includes(problemType) !== true) return false;
  const [problem = 0, plain] = [qualityOf(accept, problemType), qualityOf(accept, "application/json")];
  if (plain !== undefined) return problem > plain;
  return problem > 0 && problem >= (qualityOf(accept, "application/*") ?? qualityOf(accept, "*/*") ?? 0);
}

/** The rank of exactly this type. */
function qualityOf(accept: string, type: string): number | undefined {
  for (const part of accept.split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    if (name !== type) continue;
    const quality = parameters.map((text) => /^q=([\d.]+)$/.exec(text)?.[1]).find((found) => found !== undefined);
    return Number(quality ?? "1");
  }
  return undefined;
}
