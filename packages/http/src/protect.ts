import { AsyncResource } from "node:async_hooks";
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { z } from "zod";
import { checkOptions, count, timerMs } from "./check-options.ts";

/** How long a client may take, and how much it may ask at once. */
export interface ProtectOptions {
  /** Milliseconds in which the headers of a connection's first request must have arrived. Default 10 000. */
  readonly headersMs?: number | undefined;
  /** Milliseconds in which a request must have arrived, with its body. Default 30 000. */
  readonly requestMs?: number | undefined;
  /** Milliseconds that a connection is kept for the next request. Default 5000. */
  readonly keepAliveMs?: number | undefined;
  /**
   * Milliseconds that a client may leave an answer unread. Once it has taken no byte for so long, or for up to twice as
   * long if it took some before, the connection is cut. Event streams have a limit of their own, `streams.slowMs`.
   * Default 30 000.
   */
  readonly unreadMs?: number | undefined;
  /**
   * The most requests of one connection that are under way. Those that a client sends beyond it wait, and no more is read
   * from the connection, until one before them is answered and its answer taken. Default 16.
   */
  readonly pipelined?: number | undefined;
  /** The most connections. Default: any number. */
  readonly connections?: number | undefined;
}

const protectSchema = z.strictObject(
  {
    headersMs: timerMs,
    requestMs: timerMs,
    keepAliveMs: timerMs,
    unreadMs: timerMs,
    pipelined: count,
    connections: count,
  },
  "must be an object, such as { headersMs: 5000 }",
);

/**
 * Sets the limits of a server of Node's own, so that slow, half-open and greedy clients do not hold it. It takes the place
 * of the server's `emit`, through which every request comes, and of the times that Node has for each of its connections.
 * @throws BookingError `invalid_input` with the path of each option that is unknown, or not what it should be
 */
export function protectServer(server: Server, options: ProtectOptions = {}): void {
  checkOptions(protectSchema, options);
  const { headersMs = 10_000, requestMs = 30_000, keepAliveMs = 5_000, connections } = options;
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.maxHeadersCount = 100;
  if (connections !== undefined) server.maxConnections = connections;
  cutSilent(server, headersMs);
  boundAnswers(server, options);
}

/** Node looks at its own times every 30 seconds, so a connection that sends nothing is cut by a timer of its own. */
function cutSilent(server: Server, headersMs: number): void {
  const waiting = new Map<string | Socket, ReturnType<typeof setTimeout>>();
  function heard(name: string | Socket): void {
    clearTimeout(waiting.get(name));
    waiting.delete(name);
  }
  server.on("connection", (socket: Socket) => {
    const name = nameOf(socket);
    const timer = setTimeout(() => socket.destroy(), headersMs);
    timer.unref();
    waiting.set(name, timer);
    socket.once("close", () => heard(name));
  });
  server.on("request", ({ socket }) => heard(nameOf(socket)));
}

/** Under TLS, the socket of a request is another one than that of its connection, of the same address. */
function nameOf(socket: Socket): string | Socket {
  return socket.remotePort === undefined ? socket : `${socket.remoteAddress} ${socket.remotePort}`;
}

/** Answers that are event streams: these may wait for their reader as long as they say themselves. */
export const eventStreams = new WeakSet<ServerResponse>();

function boundAnswers(server: Server, { unreadMs = 30_000, pipelined = 16 }: ProtectOptions): void {
  const lines = new WeakMap<Socket, Line>();
  const emit = server.emit.bind(server);

  function admit(response: ServerResponse, begin: () => boolean): boolean {
    const { socket } = response.req;
    const line = lines.get(socket) ?? openLine(socket, pipelined);
    lines.set(socket, line);
    // Node sets it back to that of the server for each request.
    socket.setTimeout(unreadMs);
    line.admit(response, begin);
    return true;
  }

  server.emit = ((event: string, ...given: unknown[]) => {
    const begin = () => emit(event, ...given);
    return event === "request" ? admit(given[1] as ServerResponse, begin) : begin();
  }) as typeof server.emit;
  server.on("timeout", (socket: Socket) => {
    const current = lines.get(socket)?.current();
    const isUnread = socket.writableLength > 0 && current !== undefined && !eventStreams.has(current);
    // Where somebody listens, Node leaves it to them to cut a connection that waits for a request.
    if (isUnread || current === undefined) socket.destroy();
  });
}

/** The requests of one connection, in their order. */
interface Line {
  /** Begins with a request, now or when others have been answered. */
  readonly admit: (response: ServerResponse, begin: () => boolean) => void;
  /** The answer that is written, or will be next. */
  readonly current: () => ServerResponse | undefined;
}

interface Waiting {
  readonly response: ServerResponse;
  readonly begin: () => boolean;
}

function openLine(socket: Socket, most: number): Line {
  const underWay = new Set<ServerResponse>();
  const waiting: Waiting[] = [];

  function begin(next: Waiting): void {
    underWay.add(next.response);
    next.response.once("close", () => {
      underWay.delete(next.response);
      goOn();
    });
    next.begin();
  }

  function goOn(): void {
    const next = socket.destroyed ? undefined : waiting.shift();
    if (next === undefined) return;
    begin(next);
    if (waiting.length === 0) socket.resume();
  }

  // Node resumes it for each body that is read, and for each answer.
  socket.on("resume", () => {
    if (waiting.length > 0) socket.pause();
  });
  return {
    admit(response, start) {
      if (underWay.size < most) begin({ response, begin: start });
      else {
        // It begins where another request ends, whose asynchronous context is not its own.
        waiting.push({ response, begin: AsyncResource.bind(start) });
        socket.pause();
      }
    },
    current: () => underWay.values().next().value,
  };
}
