import { type Actor, type ActorEngine, BookingError, type Engine, isBookingError } from "@slotwright/core";

/** What the network does to a request. */
export type Fate =
  | "through"
  /** It does not reach the server. */
  | "lost"
  /** The server does it, and the answer is lost. */
  | "unanswered"
  /** The server does it, and something in between answers with a page of its own. */
  | "garbled"
  /** The session has ended: the server says so, and does nothing. */
  | "signedOut"
  /** The answer comes when the test lets it. */
  | "late";

/** A server behind a network that a test controls: a real engine, and no sockets. */
export interface TestServer {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** What happens to the next requests, the first one first. Those after them go through. */
  readonly fates: Fate[];
  /** Whether streams are let through. */
  streams: "open" | "refused";
  /** Gives the open streams up to so many entries, and cuts the bytes wherever `cutAt` says. */
  readonly pump: (most: number, cutAt?: readonly number[]) => Promise<number>;
  /** Breaks all open streams. */
  readonly cut: () => void;
  /** Ends all open streams with an error that waiting does not mend. */
  readonly fail: (scenario: string) => void;
  /** Sets the streams back, so that they repeat what they have sent. */
  readonly rewind: () => void;
  /** The cursors of before fit no longer. Streams are told when the next entries are due. */
  readonly reset: () => void;
  /** Another engine from now on, such as one on an earlier state of the database. */
  readonly replace: (engine: Engine) => void;
  /** Lets the late answers go: those at these places of the line, or all. */
  readonly release: (place?: number) => void;
  readonly late: () => number;
  /** Told of each command that comes to the network, whatever becomes of it. */
  onCommand: (key: string) => void;
  /** Told of each command that took effect, before its answer is on its way. */
  onEffect: (key: string, answer: object) => void;
  readonly openStreams: () => number;
}

interface OpenStream {
  cursor: string;
  before: string;
  readonly epoch: number;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

const encoder = new TextEncoder();

export function createTestServer(first: Engine, actor: Actor): TestServer {
  let engine = first.as(actor) as ActorEngine;
  let epoch = 0;
  const streams = new Set<OpenStream>();
  const waiting: (() => void)[] = [];
  const fates: Fate[] = [];

  /** @throws BookingError `feed_reset` */
  function cursorIn(text: string): string {
    const [of, cursor = ""] = text.split("~");
    if (of !== String(epoch)) throw new BookingError("feed_reset", {});
    return cursor;
  }
  const cursorOut = (cursor: string, of: number) => `${of}~${cursor}`;

  async function changes(input: Record<string, unknown>): Promise<object> {
    // What is read before a restore is answered with a cursor of before it, however late the answer is.
    const of = epoch;
    const after = input.after === "end" ? "end" : cursorIn(String(input.after));
    const page = await engine.changes({ ...input, after });
    return { ...page, cursor: cursorOut(page.cursor, of) };
  }

  async function openStream(lastEventId: string): Promise<Response> {
    if (server.streams === "refused") throw new TypeError("the stream was refused");
    const [of, cursor] = [epoch, cursorIn(lastEventId)];
    await engine.changes({ after: cursor, limit: 1 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const stream: OpenStream = { cursor, before: cursor, epoch: of, controller };
        streams.add(stream);
        const started = JSON.stringify({ cursor: lastEventId });
        send(stream, `retry: 2000\n\nevent: started\nid: ${lastEventId}\ndata: ${started}\n\n`, []);
      },
      cancel() {
        for (const stream of streams) if (stream.controller.desiredSize === null) streams.delete(stream);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  function send({ controller }: OpenStream, text: string, cutAt: readonly number[]): void {
    const bytes = encoder.encode(text);
    const borders = [...new Set(cutAt.map((at) => at % bytes.length))].sort((a, b) => a - b);
    for (const [index, border] of [...borders, bytes.length].entries()) {
      const part = bytes.slice(borders[index - 1] ?? 0, border);
      if (part.length > 0) controller.enqueue(part);
    }
  }

  async function pumpOne(stream: OpenStream, most: number, cutAt: readonly number[]): Promise<number> {
    if (stream.epoch !== epoch) return end(stream, "event: feed_reset\ndata: {}\n\n");
    const page = await engine.changes({ after: stream.cursor, limit: most });
    if (!streams.has(stream)) return 0;
    [stream.before, stream.cursor] = [stream.cursor, page.cursor];
    const cursor = cursorOut(page.cursor, stream.epoch);
    const data = JSON.stringify({ entries: page.entries, cursor });
    const sign = page.entries.length === 0 ? ": still here\n" : `event: changes\ndata: ${data}\n`;
    trySend(stream, `${sign}id: ${cursor}\n\n`, cutAt);
    return page.entries.length;
  }

  function trySend(stream: OpenStream, text: string, cutAt: readonly number[]): void {
    try {
      send(stream, text, cutAt);
    } catch {
      streams.delete(stream);
    }
  }

  function end(stream: OpenStream, text: string): number {
    trySend(stream, text, []);
    streams.delete(stream);
    return 0;
  }

  async function answer(url: string, init: RequestInit): Promise<Response> {
    try {
      return await respond(new URL(url), init);
    } catch (error) {
      if (!isBookingError(error)) throw error;
      const { status, transient } = error;
      const headers = { "content-type": "application/problem+json", ...(transient && { "retry-after": "1" }) };
      return new Response(JSON.stringify(error.toProblem()), { status, headers });
    }
  }

  async function respond(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    if (url.pathname === "/changes/stream") return openStream(headers.get("last-event-id") ?? "");
    if (init.method === "GET") return json(await read(path, url.searchParams));
    const key = keyOf(init);
    const done = await command(path, { ...JSON.parse(String(init.body)), idempotencyKey: key });
    server.onEffect(key, done);
    return json(done);
  }

  function read(path: readonly string[], query: URLSearchParams): Promise<object> {
    const [kind = "", id] = path;
    const input = inputOf(query);
    if (kind === "changes") return changes(input);
    if (kind === "open-slots") return engine.findOpen(input as never);
    if (kind === "slots" && id !== undefined) return engine.getSlot(id).then((slot) => ({ slot }));
    if (kind === "slots") return engine.listSlots(input);
    if (id === undefined) return engine.listAppointments(input);
    return engine.getAppointment(id).then((appointment) => ({ appointment }));
  }

  function command([kind, id, action]: readonly string[], body: object): Promise<object> {
    if (id === undefined) return engine[creating[kind ?? ""] ?? "book"](body as never);
    const name = action === "no-show" ? "markNoShow" : action?.replace(/-(.)/g, (_, first) => first.toUpperCase());
    const own = kind === "slots" ? { slotId: id } : { appointmentId: id };
    return engine[name as "cancel"]({ ...body, ...own } as never);
  }

  const server: TestServer = {
    fates,
    streams: "open",
    onCommand: () => {},
    onEffect: () => {},
    async fetch(url, init) {
      const fate = fates.shift() ?? "through";
      const lost = () => new TypeError("the network is gone");
      if (init.method === "POST") server.onCommand(keyOf(init));
      if (fate === "lost") throw lost();
      if (fate === "signedOut") return Response.json({ success: false, scenario: "not_signed_in" }, { status: 401 });
      const response = await untilAborted(answer(url, init), init.signal ?? undefined);
      if (fate === "unanswered") throw lost();
      if (fate === "garbled") return new Response("<h1>Internal Server Error</h1>", { status: 500 });
      if (fate === "late") await untilAborted(new Promise<void>((go) => waiting.push(go)), init.signal ?? undefined);
      return response;
    },
    async pump(most, cutAt = []) {
      let count = 0;
      for (const stream of [...streams]) count = Math.max(count, await pumpOne(stream, most, cutAt));
      return count;
    },
    cut() {
      for (const { controller } of streams) {
        try {
          controller.error(new TypeError("the stream was cut"));
        } catch {
          // Its reader has left.
        }
      }
      streams.clear();
    },
    fail(scenario) {
      const envelope = JSON.stringify({ success: false, scenario, message: "It is newer.", details: {} });
      for (const stream of [...streams]) end(stream, `event: failed\ndata: ${envelope}\n\n`);
    },
    rewind() {
      for (const stream of streams) stream.cursor = stream.before;
    },
    reset() {
      epoch++;
    },
    replace(next) {
      engine = next.as(actor);
    },
    release(place) {
      for (const go of place === undefined
        ? waiting.splice(0)
        : waiting.splice(place % Math.max(waiting.length, 1), 1)) {
        go();
      }
    },
    late: () => waiting.length,
    openStreams: () => streams.size,
  };
  return server;
}

/** What a `POST` on a path without an id does. */
const creating: Readonly<Record<string, "setAvailability" | "createSlots" | "hold" | "request" | "book">> = {
  availability: "setAvailability",
  slots: "createSlots",
  holds: "hold",
  requests: "request",
  appointments: "book",
};

const keyOf = ({ headers }: RequestInit): string => new Headers(headers).get("idempotency-key") ?? "";

const json = (body: object) =>
  new Response(JSON.stringify({ success: true, ...body }), { headers: { "content-type": "application/json" } });

function inputOf(query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, value] of query) {
    if (name === "providerId") input.providerIds = query.getAll(name);
    else if (name === "status") input.statuses = query.getAll(name);
    else input[name] = name === "limit" ? Number(value) : value;
  }
  return input;
}

function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
    work.then(resolve, reject);
  });
}
