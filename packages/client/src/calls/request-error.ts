import type { ErrorCode, ScreenDetails } from "@slotwright/core";

/** What only a client can say: nothing came back, or nothing that is an answer of this server. */
export type ClientErrorCode = "no_answer" | "not_an_answer" | "not_sent";

/** A code of the engine, one of HTTP (such as `not_signed_in`), one of the host's own, or one of the client. */
export type RequestErrorCode = ErrorCode | ClientErrorCode | (string & {});

/** The details that come with a code. */
export type RequestErrorDetails<Code extends string> = Code extends ErrorCode
  ? ScreenDetails[Code]
  : Readonly<Record<string, unknown>>;

export interface RequestErrorFacts {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** For the person at the screen. */
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly recoverable: boolean;
  readonly transient: boolean;
  readonly retryAfterMs: number | null;
}

const brand = Symbol.for("slotwright.RequestError");

/** What every call rejects with: the `BookingError` of the server, as far as it is for this caller. */
export class RequestError<Code extends string = RequestErrorCode> extends Error {
  override readonly name = "RequestError";
  declare readonly code: Code;
  declare readonly status: number;
  declare readonly details: RequestErrorDetails<Code>;
  /** True if a person can get further: choose another time, correct the input, try again later. */
  declare readonly recoverable: boolean;
  /** True if the same request, unchanged, may succeed later. */
  declare readonly transient: boolean;
  /** After how many milliseconds the server wants it sent again. Null if it did not say. */
  declare readonly retryAfterMs: number | null;

  get [brand](): true {
    return true;
  }

  constructor(code: Code, { message, ...facts }: RequestErrorFacts, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { code, ...facts });
  }
}

/** Narrows an unknown error, optionally to one code. True for errors of any copy of this package. */
export function isRequestError<Code extends RequestErrorCode = RequestErrorCode>(
  error: unknown,
  code?: Code,
): error is RequestError<Code> {
  const isOurs = typeof error === "object" && error !== null && brand in error;
  return isOurs && (code === undefined || (error as { readonly code?: unknown }).code === code);
}

/** What an error says that was not answered by this server, unless it says otherwise. */
const unanswered = { status: 0, details: {}, recoverable: true, transient: false, retryAfterMs: null } as const;

/**
 * What a request has failed with. If that is not an answer, the request may not have reached the server, or its answer was
 * lost: a command may have taken effect.
 */
export function failureOf(cause: unknown): RequestError {
  if (isRequestError(cause)) return cause;
  const message = "The server did not answer. Check the connection, and try again.";
  return new RequestError("no_answer", { ...unanswered, message, transient: true }, cause);
}

/** What is answered by something in between, such as a proxy. It is sent again where a server may only be away. */
export function notAnAnswer(status: number, retryAfterMs: number | null): RequestError<"not_an_answer"> {
  const message = `The server's answer cannot be read (HTTP ${status}). Try again later.`;
  const transient = status >= 500 || status === 408 || status === 429 || status < 400;
  return new RequestError("not_an_answer", {
    ...unanswered,
    status,
    message,
    recoverable: transient,
    transient,
    retryAfterMs,
  });
}

/** It was kept for so long that nobody expects it any more. An attempt before may have reached the server. */
export const notSent = (): RequestError<"not_sent"> => notSentAgain("asked for this long ago");

/** A person has given it up, because of the error of its last attempt. One of them may have reached the server. */
export const takenBack = (cause: RequestError | null): RequestError<"not_sent"> =>
  notSentAgain("took this back", cause ?? undefined);

function notSentAgain(what: string, cause?: RequestError): RequestError<"not_sent"> {
  const message = `You ${what}, so it is not sent again. Look up whether it took effect.`;
  return new RequestError("not_sent", { ...unanswered, message }, cause);
}
