export {
  type AnswerableError,
  type AnyErrorCode,
  type AnyErrorResponse,
  HttpError,
  type HttpErrorCode,
  httpErrorCatalogue,
  isHttpError,
} from "./errors.ts";
export { createHandler, type Handler } from "./handler.ts";
export type { Call, HandlerOptions, Limits, LiveOptions, OwnCall, StreamLimits } from "./options.ts";
export type { Incoming, Outgoing, OutgoingStream, Sink } from "./requests/incoming.ts";
export { refuseOtherSites } from "./requests/origin.ts";
export { type CallName, type OperationName, type Route, routes, type Versioned } from "./routes/table.ts";
