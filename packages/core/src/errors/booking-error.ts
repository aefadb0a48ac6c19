import { brandAs, isBranded } from "../model/brand.ts";
import { errorCatalogue } from "./catalogue.ts";
import type { DetailsOf, EndedEarly, ErrorCode } from "./details.ts";
import { onScreen, type ScreenOptions } from "./messages.ts";
import type { ScreenDetails } from "./screen-details.ts";
import { standing } from "./standing.ts";

/** The envelope that applications in this field send to their screens. */
export interface ErrorResponse {
  readonly success: false;
  /** For the person at the screen: without ids, and with times in the zone of the schedule. */
  readonly message: string;
  readonly scenario: ErrorCode;
  readonly details: ScreenDetails[ErrorCode] & EndedEarly;
  readonly recoverable: boolean;
}

/** Problem details as in RFC 9457, with the code and its details as extension members. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** The same text as the `message` of `toResponse()`. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly details: ScreenDetails[ErrorCode] & EndedEarly;
  readonly recoverable: boolean;
  readonly transient: boolean;
}

/**
 * The only error that the engine throws on purpose. `code` is one of the catalogue's entries. `message` and `details`
 * are for the program and its developers: they name all that is known. `toResponse()` is for the person at the screen.
 */
export class BookingError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "BookingError";
  readonly code: C;
  readonly details: DetailsOf<C>;

  static {
    brandAs("BookingError", BookingError.prototype);
  }

  constructor(code: C, details: DetailsOf<C>, cause?: unknown) {
    const message = errorCatalogue[code].message(details) + standing(code, details);
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** HTTP status code. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }

  /** True if a person can get further: choose another time, correct the input, try again later. */
  get recoverable(): boolean {
    return errorCatalogue[this.code].recoverable;
  }

  /** True if the same request, unchanged, may succeed later. */
  get transient(): boolean {
    return errorCatalogue[this.code].transient;
  }

  /**
   * The envelope for a screen, whose message a patient can read. Its details are `ScreenDetails`. The cause, which may
   * name hosts and files, is left out.
   */
  toResponse(options: ScreenOptions = {}): ErrorResponse {
    const { text, details } = onScreen(this.code, this.details, options);
    return { success: false, message: text, scenario: this.code, details, recoverable: this.recoverable };
  }

  /** The same as RFC 9457 problem details, to be sent as `application/problem+json`. */
  toProblem(options: ScreenOptions = {}): ProblemDetails {
    const { code, status, recoverable, transient } = this;
    const { text, details } = onScreen(code, this.details, options);
    const { title } = errorCatalogue[code];
    return {
      type: `urn:slotwright:error:${code}`,
      title,
      status,
      detail: text,
      code,
      details,
      recoverable,
      transient,
    };
  }
}

/**
 * Narrows an unknown error, optionally to one code: `isBookingError(error, "slot_booked")`. Without one, a `switch`
 * over `error.code` narrows `error.details`. True for errors of any copy of this package, unlike `instanceof`.
 */
export function isBookingError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is { [Code in C]: BookingError<Code> }[C] {
  return isBranded(error, "BookingError") && (code === undefined || (error as BookingError).code === code);
}
