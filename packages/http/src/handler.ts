import type { ScreenOptions } from "@slotwright/core";
import { createAsked } from "./asked.ts";
import { checkOptions } from "./check-options.ts";
import { HttpError, isHttpError } from "./errors.ts";
import { handlerSchema } from "./handler-options.ts";
import { openApiDocument } from "./openapi/document.ts";
import { defaultLimits, defaultStreamLimits, type HandlerOptions } from "./options.ts";
import { asAnswerable, json, refusal, usualHeaders } from "./requests/answers.ts";
import type { Incoming, Outgoing } from "./requests/incoming.ts";
import { refuseLongHeaders } from "./requests/input.ts";
import { corsHeaders, preflightHeaders, refuseOtherSites } from "./requests/origin.ts";
import { fromRequest, toResponse } from "./requests/web.ts";
import { type Match, match, methodsOf } from "./routes/match.ts";
import { createSearches } from "./searches.ts";
import { createStreams } from "./streams/streams.ts";

/** Answers requests. */
export interface Handler {
  (request: Request): Promise<Response>;
  /** For glue that has no web-standard request: it is spared one. */
  readonly respond: (incoming: Incoming) => Promise<Outgoing>;
  /**
   * Resolves once searches are answered by live slots, or it is known that they cannot be. A server that listens after it
   * answers none of its first requests with 503 because of them.
   */
  readonly ready: () => Promise<void>;
  /**
   * Takes no more requests, ends all streams, and resolves when the requests under way are answered. A read of the feed
   * may still be under way: nobody waits for its answer.
   */
  readonly close: () => Promise<void>;
  /** The OpenAPI document, as `GET /openapi.json` has it. */
  readonly openApi: () => object;
}

/**
 * Makes a handler of an engine. It is a function of a web-standard request to a response, and mounts wherever there are
 * such requests; `@slotwright/http/node` has the glue for Node's own server and for Express.
 *
 * @example
 * ```ts
 * const handler = createHandler({ engine, actorOf: (request) => sessionOf(request)?.actor });
 * createServer(toNodeListener(handler)).listen(3000);
 * ```
 * @throws BookingError `invalid_input` with the path of each option that is unknown, or not what it should be
 */
export function createHandler<HostTransaction, Opened>(options: HandlerOptions<HostTransaction, Opened>): Handler {
  const desk = createDesk(options);
  const handle = async (request: Request): Promise<Response> =>
    toResponse(await desk.respond(fromRequest(request)), desk.bufferBytes);
  const { respond, ready, close, openApi } = desk;
  return Object.assign(handle, { respond, ready, close, openApi });
}

function createDesk<HostTransaction, Opened>(options: HandlerOptions<HostTransaction, Opened>) {
  checkOptions(handlerSchema, options);
  const { engine, basePath = "", origins = [] } = options;
  const allowed = new Set(origins);
  const streamLimits = { ...defaultStreamLimits, ...options.streams };
  const limits = { ...defaultLimits, ...options.limits };
  const streams = createStreams(streamLimits);
  const noteError = (error: unknown, request?: Request) => tell(options.onError, error, request);
  const searches = createSearches(engine, options.live, noteError);
  const document = once(() => openApiDocument({ basePath, calls: options.calls, hasLive: options.live !== undefined }));
  const asked = createAsked({ options, limits, searches, streams, noteError });
  const underWay = new Set<Promise<unknown>>();
  let isClosing = false;

  async function route(incoming: Incoming): Promise<Outgoing> {
    if (isClosing) throw new HttpError("closing");
    refuseLongHeaders(incoming, limits);
    const path = below(basePath, incoming.url.pathname);
    if (incoming.method === "OPTIONS") return preflight(incoming, path, allowed);
    refuseOtherSites(incoming, allowed);
    if (incoming.method === "HEAD") return withoutBody(match("GET", path), incoming);
    return answered(match(incoming.method, path), incoming);
  }

  function answered(found: Match, incoming: Incoming): Promise<Outgoing> | Outgoing {
    return found.name === "openapi" ? json(200, document()) : asked(incoming, found);
  }

  async function withoutBody(found: Match, incoming: Incoming): Promise<Outgoing> {
    // A stream has no end that its head could be told at.
    if (found.name === "stream") throw new HttpError("method_not_allowed", { allow: ["GET"] }, { Allow: "GET" });
    return { ...(await answered(found, incoming)), body: null };
  }

  async function respond(incoming: Incoming): Promise<Outgoing> {
    const note = (thrown: unknown) => isClosing || noteError(thrown, incoming.request());
    const working = route(incoming).catch((thrown: unknown) => refused(thrown, incoming, options, note));
    underWay.add(working);
    try {
      const outgoing = await working;
      return { ...outgoing, headers: { ...outgoing.headers, ...corsHeaders(incoming, allowed) } };
    } finally {
      underWay.delete(working);
    }
  }

  return {
    respond,
    bufferBytes: streamLimits.bufferBytes,
    ready: searches.ready,
    openApi: document,
    async close() {
      isClosing = true;
      streams.close();
      await Promise.allSettled(underWay);
      // A stream may have been opened by a request that was under way.
      streams.close();
      searches.close();
    },
  };
}

/** @throws HttpError `route_not_found` */
function below(basePath: string, path: string): string {
  if (!path.startsWith(basePath)) throw new HttpError("route_not_found");
  return path.slice(basePath.length) || "/";
}

function preflight(incoming: Incoming, path: string, origins: ReadonlySet<string>): Outgoing {
  const methods = methodsOf(path);
  if (methods.length === 0) throw new HttpError("route_not_found");
  const origin = incoming.header("origin");
  const isAllowed = origin !== undefined && origins.has(origin);
  const headers = { ...usualHeaders, Allow: methods.join(", "), ...(isAllowed && preflightHeaders(methods)) };
  return { status: 204, headers, body: null };
}

/** What is answered where something was thrown. Failures of the server are noted. */
function refused(
  thrown: unknown,
  incoming: Incoming,
  options: Pick<HandlerOptions, "screenOf">,
  note: (thrown: unknown) => void,
): Outgoing {
  const error = asAnswerable(thrown);
  if (error.status >= 500) note(thrown);
  return refusal(error, incoming, screenOf(options, incoming));
}

/** What the host's function throws must not hide the error that is to be answered. */
function screenOf({ screenOf: of }: Pick<HandlerOptions, "screenOf">, incoming: Incoming): ScreenOptions {
  try {
    return of?.(incoming.request()) ?? {};
  } catch {
    return {};
  }
}

function tell(onError: HandlerOptions["onError"], error: unknown, request: Request | undefined): void {
  try {
    onError?.(isHttpError(error) ? (error.cause ?? error) : error, request as Request);
  } catch {
    // An error of the host's own listener must not replace the answer.
  }
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | undefined;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}
