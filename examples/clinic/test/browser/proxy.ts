import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** Which requests: by their method and path, as in `POST /api/appointments`. */
export type Which = RegExp;

/** What may become of a request: it never arrives, its answer never comes, it comes late, or another answers. */
export type Fault = "cut" | "lose-answer" | { readonly delayMs: number } | { readonly status: number };

export interface Proxied {
  readonly what: string;
  readonly idempotencyKey: string | undefined;
}

/** A way to the clinic that can fail as networks do. */
export interface ClinicProxy {
  readonly url: string;
  /** All requests so far, in order. */
  readonly requests: readonly Proxied[];
  /** How many event streams are open now. */
  readonly streams: () => number;
  /** Ends the open event streams. The page is free to open new ones. */
  readonly cutStreams: () => void;
  /** Does harm to requests, until {@link heal}. */
  readonly harm: (which: Which, fault: Fault) => void;
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

export const streamPath = /^GET \/api\/changes\/stream/;

interface State {
  readonly target: URL;
  readonly requests: Proxied[];
  readonly streams: Set<ServerResponse>;
  harms: readonly { readonly which: Which; readonly fault: Fault }[];
}

/** @param target May be down, and come back. */
export async function proxyTo(target: string): Promise<ClinicProxy> {
  const state: State = { target: new URL(target), requests: [], streams: new Set(), harms: [] };
  const server = createServer((incoming, answer) => void pass(state, incoming, answer));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: state.requests,
    streams: () => state.streams.size,
    cutStreams: () => {
      for (const stream of state.streams) stream.destroy();
    },
    harm: (which, fault) => {
      state.harms = [...state.harms, { which, fault }];
    },
    heal: () => {
      state.harms = [];
    },
    close: () => closeServer(server),
  };
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await once(server.close(), "close");
}

async function pass(state: State, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const what = `${incoming.method} ${incoming.url}`;
  const key = incoming.headers["idempotency-key"];
  state.requests.push({ what, idempotencyKey: key === undefined ? undefined : String(key) });
  const fault = state.harms.find(({ which }) => which.test(what))?.fault;
  if (fault === "cut") return void answer.destroy();
  if (typeof fault === "object" && "status" in fault) return void answer.writeHead(fault.status).end();
  if (typeof fault === "object") await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (streamPath.test(what)) {
    state.streams.add(answer);
    answer.on("close", () => state.streams.delete(answer));
  }
  forward(state.target, incoming, answer, fault === "lose-answer");
}

function forward({ hostname, port }: URL, incoming: IncomingMessage, answer: ServerResponse, isLost: boolean): void {
  const { method, url: path, headers } = incoming;
  // A connection of its own for each: a kept one of a killed server would fail in its own way.
  const outgoing = request({ hostname, port, method, path, headers, agent: false });
  const end = (): void => void answer.destroy();
  outgoing.on("error", end);
  outgoing.on("socket", (socket: Socket) => socket.setNoDelay(true));
  answer.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
  outgoing.on("response", (from) => {
    if (isLost) return void from.resume().on("end", end);
    answer.writeHead(from.statusCode ?? 502, from.headers);
    answer.flushHeaders();
    from.on("error", end).pipe(answer);
  });
}
