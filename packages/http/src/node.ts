import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { eventStreams } from "./protect.ts";
import { refusal } from "./requests/answers.ts";
import type { Incoming, Outgoing, Sink } from "./requests/incoming.ts";
import { textOf } from "./requests/web.ts";

export { type ProtectOptions, protectServer } from "./protect.ts";

/** What Express adds to a request of Node. */
interface MountedRequest extends IncomingMessage {
  /** The whole path, of which Express cuts off where a router is mounted. */
  readonly originalUrl?: string;
  /** Set if somebody has read the body already. */
  readonly body?: unknown;
}

/**
 * A handler as a listener of Node's own server. Express takes it as it is, `app.use("/booking", toNodeListener(handler))`
 * for a handler with the same `basePath`; so does Fastify, with the raw request and reply. A body that was parsed before
 * it is taken as it was parsed.
 *
 * @example
 * ```ts
 * createServer(toNodeListener(handler)).listen(3000);
 * ```
 */
export function toNodeListener(
  handler: Pick<Handler, "respond">,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const incoming = fromNode(request, response);
    if (incoming === undefined) return send(response, unreadable(request));
    handler
      .respond(incoming)
      .then((outgoing) => send(response, outgoing))
      .catch(() => response.destroy());
  };
}

/** Undefined if the client names no host and path that can be read: an error that is thrown here would end the process. */
function fromNode(request: MountedRequest, response: ServerResponse): Incoming | undefined {
  const { method = "GET", headers } = request;
  const target = targetOf(request);
  if (target === undefined) return undefined;
  let made: Request | undefined;
  let gone: AbortController | undefined;
  return {
    method,
    url: target,
    header(name) {
      const value = headers[name];
      return typeof value === "string" ? value : value?.join(", ");
    },
    body: (maximum) => readText(request, response, maximum),
    request() {
      made ??= new Request(target, { method, headers: headersOf(request) });
      return made;
    },
    get signal() {
      if (gone === undefined) {
        const leaving = new AbortController();
        gone = leaving;
        response.once("close", () => leaving.abort());
      }
      return gone.signal;
    },
  };
}

function targetOf({ headers, originalUrl, url = "/", socket }: MountedRequest): URL | undefined {
  const origin = `${"encrypted" in socket ? "https" : "http"}://${headers.host ?? "localhost"}`;
  const path = originalUrl ?? url;
  // Put together as text, because `//x` beside a base would be another host.
  const target = path.startsWith("/") ? origin + path : path;
  try {
    return new URL(target, origin);
  } catch {
    return undefined;
  }
}

function unreadable({ headers }: IncomingMessage): Outgoing {
  return refusal(new HttpError("bad_request"), { header: (name) => headers[name]?.toString() }, {});
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}

function readText(request: MountedRequest, response: ServerResponse, maximum: number): Promise<string> {
  if (request.readableEnded) return Promise.resolve(parsedBefore(request.body));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= maximum) chunks.push(chunk);
      else {
        // The rest is not wanted, and the connection is of no further use.
        request.pause();
        response.setHeader("Connection", "close");
        response.once("finish", () => request.destroy());
        reject(new HttpError("payload_too_large", { maximum }));
      }
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", (error) => reject(new HttpError("bad_request", {}, {}, error)));
    request.once("close", () => {
      // An error is costly to make, and every request closes.
      if (!request.complete) reject(new HttpError("bad_request"));
    });
  }).then((whole) => textOf([whole as Buffer]));
}

/** Express, or another parser, has read it. */
function parsedBefore(body: unknown): string {
  if (body === undefined || body === null) return "";
  return typeof body === "string" ? body : Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
}

function send(response: ServerResponse, { status, headers, body }: Outgoing): void {
  if (response.destroyed) {
    if (typeof body === "function") body(closedSink);
    return;
  }
  if (typeof body !== "function") {
    response.writeHead(status, body === null ? headers : { ...headers, "Content-Length": Buffer.byteLength(body) });
    response.end(body ?? undefined);
    return;
  }
  eventStreams.add(response);
  response.writeHead(status, headers);
  response.flushHeaders();
  // Without it, a small frame may wait for the one before to be acknowledged.
  response.socket?.setNoDelay(true);
  body(sinkOf(response));
}

function sinkOf(response: ServerResponse): Sink {
  return {
    write: (text) => response.write(text),
    waiting: () => response.writableLength,
    end: () => response.end(),
    cut: () => response.destroy(),
    onClose: (closed) => response.once("close", closed),
  };
}

/** Where the client has gone before the stream began. */
const closedSink: Sink = {
  write: () => {},
  waiting: () => 0,
  end: () => {},
  cut: () => {},
  onClose: (closed) => queueMicrotask(closed),
};
