/** Errors: their codes and details, what they say to developers and to people, and refusals, which become errors. */
export { BookingError, type ErrorResponse, isBookingError, type ProblemDetails } from "./booking-error.ts";
export { errorCatalogue, errorCodes } from "./catalogue.ts";
export type {
  Alternative,
  EndedEarly,
  ErrorCode,
  ErrorDetails,
  HostAnswer,
  RangeProblem,
  SlotChange,
} from "./details.ts";
export type { Messages, ScreenOptions } from "./messages.ts";
export type { Phrasing } from "./phrasing.ts";
export { type Refusal, refuse } from "./refusal.ts";
export type { ScreenDetails } from "./screen-details.ts";
