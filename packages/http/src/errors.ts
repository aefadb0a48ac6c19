import type { ErrorCode, ScreenOptions } from "@slotwright/core";

/** What HTTP itself refuses, beside the engine's codes. */
interface HttpEntry {
  readonly status: number;
  /** A person can get further. */
  readonly recoverable: boolean;
  /** The same request may succeed later, unchanged. */
  readonly transient: boolean;
  readonly title: string;
  /** For the person at the screen. */
  readonly message: string;
}

const entry = (status: number, title: string, message: string, can: Partial<HttpEntry> = {}): HttpEntry => ({
  status,
  recoverable: status < 500,
  transient: false,
  title,
  message,
  ...can,
});

/** Every error of HTTP itself, once: the answers, the OpenAPI document and the guide come from here. */
export const httpErrorCatalogue = {
  bad_request: entry(400, "The request cannot be read", "This request cannot be read. Please try it again."),
  not_signed_in: entry(401, "It is not known who asks", "Please sign in, and try it again."),
  cross_site: entry(403, "Another site sent the request", "This request came from another site, so it was refused.", {
    recoverable: false,
  }),
  route_not_found: entry(404, "There is no such path", "This address does not exist.", { recoverable: false }),
  method_not_allowed: entry(405, "The path has other methods", "This cannot be done here.", { recoverable: false }),
  request_timeout: entry(
    408,
    "The request did not arrive in time",
    "This took too long to arrive. Please try it again.",
  ),
  payload_too_large: entry(413, "The body is too large", "This is too much at once. Please send it in several parts."),
  not_json: entry(415, "The body is not JSON", "This request cannot be read, because it is not JSON."),
  too_many_streams: entry(429, "Too many streams are open", "Too many windows are open. Please close some of them.", {
    transient: true,
  }),
  headers_too_large: entry(431, "The headers are too large", "This request cannot be read, because it is too long."),
  internal_error: entry(500, "The server failed", "Something went wrong. Please try it again later."),
  closing: entry(503, "The server stops", "This system is being restarted. Please try it again in a moment.", {
    recoverable: true,
    transient: true,
  }),
} as const;

/** A code of an error of HTTP itself. */
export type HttpErrorCode = keyof typeof httpErrorCatalogue;

/** The envelope of an error, as `BookingError.toResponse()` has it, for codes of HTTP and of the host as well. */
export interface AnyErrorResponse {
  readonly success: false;
  /** For the person at the screen. */
  readonly message: string;
  readonly scenario: string;
  readonly details: object;
  readonly recoverable: boolean;
}

/** What can be answered as an error: a `BookingError`, an `HttpError`, or an error of the host's own in this shape. */
export interface AnswerableError {
  readonly status: number;
  /** True if the same request may succeed later: the answer then has `Retry-After`. */
  readonly transient?: boolean | undefined;
  toResponse(options?: ScreenOptions): { readonly success: false };
  /** Default: made from the envelope. */
  toProblem?(options?: ScreenOptions): object;
}

const brand = Symbol.for("slotwright.HttpError");

/** An error of HTTP itself. */
export class HttpError extends Error implements AnswerableError {
  override readonly name = "HttpError";
  readonly code: HttpErrorCode;
  readonly details: object;
  /** Headers that the answer has beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  static {
    Object.defineProperty(HttpError.prototype, brand, { value: true });
  }

  constructor(
    code: HttpErrorCode,
    details: object = {},
    headers: Readonly<Record<string, string>> = {},
    cause?: unknown,
  ) {
    super(httpErrorCatalogue[code].title, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  get status(): number {
    return httpErrorCatalogue[this.code].status;
  }

  get transient(): boolean {
    return httpErrorCatalogue[this.code].transient;
  }

  toResponse(): AnyErrorResponse {
    const { code, details } = this;
    const { message, recoverable } = httpErrorCatalogue[code];
    return { success: false, message, scenario: code, details, recoverable };
  }

  toProblem(): object {
    return problemOf(this, this.toResponse());
  }
}

/** True for errors of any copy of this package, unlike `instanceof`. */
export function isHttpError(error: unknown): error is HttpError {
  return typeof error === "object" && error !== null && brand in error;
}

/** Problem details of an envelope. */
export function problemOf({ status, transient = false }: AnswerableError, envelope: object): object {
  const { message, scenario, details, recoverable } = envelope as AnyErrorResponse;
  const known = httpErrorCatalogue[scenario as HttpErrorCode];
  const title = known?.title ?? scenario;
  const type = `urn:slotwright:error:${scenario}`;
  return { type, title, status, detail: message, code: scenario, details, recoverable, transient };
}

/** Every code that an answer can have. */
export type AnyErrorCode = ErrorCode | HttpErrorCode;
