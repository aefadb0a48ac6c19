import { errorCodes } from "../errors/catalogue.ts";
import type { ErrorCode } from "../errors/details.ts";
import type { ErrorResponseJson, ProblemDetailsJson } from "./json.ts";

/** Whether a value is a code that this version knows. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return (errorCodes as readonly unknown[]).includes(value);
}

/**
 * Whether a parsed body is what `BookingError.toResponse()` returned, optionally with this code:
 * `isErrorResponse(body, "slot_booked")`. Without one, a `switch` over `body.scenario` narrows `body.details`.
 */
export function isErrorResponse<Code extends ErrorCode = ErrorCode>(
  body: unknown,
  code?: Code,
): body is ErrorResponseJson<Code> {
  return hasFields(body) && body.success === false && isCode(body.scenario, code) && hasFields(body.details);
}

/** Whether a parsed body is what `BookingError.toProblem()` returned, optionally with this code. */
export function isProblemDetails<Code extends ErrorCode = ErrorCode>(
  body: unknown,
  code?: Code,
): body is ProblemDetailsJson<Code> {
  return hasFields(body) && typeof body.type === "string" && isCode(body.code, code) && hasFields(body.details);
}

function isCode(value: unknown, code: ErrorCode | undefined): boolean {
  return isErrorCode(value) && (code === undefined || value === code);
}

function hasFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
