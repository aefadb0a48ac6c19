import type { Socket } from "node:net";
import type { ClientMessage } from "./client-message.ts";
import type { FaultAction, Strike } from "./fault.ts";
import { createFramer } from "./framer.ts";
import { createLine, type Line } from "./line.ts";
import type { ClientPacket, Dialogue } from "./protocol.ts";

/** One client's connection through the proxy. */
export interface ProxiedConnection {
  isClientOpen(): boolean;
  /** Silences both directions. Closing waits as well. */
  pause(): void;
  resume(): void;
  /** Closes both sides at once, whatever they wait for. */
  destroy(): void;
  /** Resolves when both sides are closed. */
  readonly closed: Promise<void>;
}

export interface ConnectionOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly dialogue: Dialogue;
  /** The fault for a message. */
  choose(message: Omit<ClientMessage, "connection">): Strike | undefined;
}

/** A message whose answer is not complete. */
interface AwaitedAnswer {
  /** What waits for the answer. */
  strike: Strike | undefined;
  /** The part of the answer that arrived while a strike waits for it. */
  readonly answer: Buffer[];
}

interface Wiring extends ConnectionOptions {
  readonly up: Line;
  readonly down: Line;
  /** The part that has arrived of the message that the client is sending. */
  readonly parts: Buffer[];
  readonly asked: AwaitedAnswer[];
  readonly timers: Set<NodeJS.Timeout>;
  /** A fault has ended the exchange. Anything that either side still sends is lost. */
  isOver: boolean;
}

const nothing = Buffer.alloc(0);

/** Joins client and server, so that each receives what the other sends, except for faults. */
export function createProxiedConnection(options: ConnectionOptions): ProxiedConnection {
  const { client, server } = options;
  const wiring: Wiring = {
    ...options,
    up: createLine(server),
    down: createLine(client),
    parts: [],
    asked: [],
    timers: new Set(),
    isOver: false,
  };
  const { up, down, dialogue, timers } = wiring;
  const closed = Promise.all([
    join(client, server, up, packetsOf(wiring, dialogue.client.lengthOf, fromClient)),
    join(server, client, down, packetsOf(wiring, dialogue.server.lengthOf, fromServer), () => strikeUnanswered(wiring)),
  ]).then(() => clearTimers(timers));
  return { isClientOpen: () => !client.destroyed, closed, ...switches(wiring) };
}

function join(
  from: Socket,
  to: Socket,
  line: Line,
  read: (chunk: Buffer) => void,
  beforeFinish?: () => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  from.on("data", (chunk) => {
    // Everything that a chunk leads to is sent as one write.
    to.cork();
    read(chunk);
    to.uncork();
  });
  // The closing that follows makes anything further unnecessary.
  from.on("error", () => {});
  from.on("close", () => {
    beforeFinish?.();
    line.finish();
    resolve();
  });
  return promise;
}

function packetsOf(
  wiring: Wiring,
  lengthOf: (bytes: Buffer) => number,
  read: (wiring: Wiring, packet: Buffer) => void,
): (chunk: Buffer) => void {
  const packets = createFramer(lengthOf);
  return (chunk) => {
    if (wiring.isOver) return;
    for (const packet of packets(chunk)) {
      read(wiring, packet);
      if (wiring.isOver) return;
    }
  };
}

function fromClient(wiring: Wiring, packet: Buffer): void {
  const { dialogue, parts, up, down } = wiring;
  const meaning = dialogue.client.read(packet);
  if (meaning.type === "refused") {
    down.send(meaning.answer);
    return;
  }
  parts.push(packet);
  if (meaning.type === "part") return;
  const bytes = Buffer.concat(parts.splice(0));
  if (meaning.type === "message") forward(wiring, meaning, bytes);
  else up.send(bytes);
}

function forward(wiring: Wiring, message: ClientPacket & { readonly type: "message" }, bytes: Buffer): void {
  const { up, down, asked, choose } = wiring;
  const { kind, sql, isAnswered } = message;
  const strike = choose({ kind, sql });
  const point = strike?.fault.point;
  const isAwaited = isAnswered && (point === "after-forward" || point === "mid-answer");
  if (isAnswered) asked.push({ strike: isAwaited ? strike : undefined, answer: [] });
  if (strike !== undefined && point === "before-forward") {
    act(wiring, strike, up, bytes);
    return;
  }
  up.send(bytes);
  if (strike !== undefined && !isAwaited) act(wiring, strike, down, nothing);
}

function fromServer(wiring: Wiring, packet: Buffer): void {
  const { dialogue, asked, down } = wiring;
  const progress = dialogue.server.read(packet);
  const [current] = asked;
  if (progress === "ended") asked.shift();
  if (current?.strike === undefined) {
    down.send(packet);
    return;
  }
  current.answer.push(packet);
  if (progress !== "begun") strikeAnswer(wiring, current, current.strike);
}

/** A server that closes the connection has sent everything it will send, unless it is only following its client. */
function strikeUnanswered(wiring: Wiring): void {
  if (wiring.isOver || wiring.client.destroyed) return;
  const waiting = wiring.asked.find(({ strike }) => strike !== undefined);
  if (waiting?.strike !== undefined) strikeAnswer(wiring, waiting, waiting.strike);
}

function strikeAnswer(wiring: Wiring, asked: AwaitedAnswer, strike: Strike): void {
  const { point, bytes } = strike.fault;
  const answer = Buffer.concat(asked.answer);
  const passed = point === "mid-answer" ? (bytes ?? Math.floor(answer.length / 2)) : 0;
  asked.strike = undefined;
  wiring.down.send(answer.subarray(0, passed));
  act(wiring, strike, wiring.down, answer.subarray(passed));
}

/** @param rest What the line would carry next without the fault. */
function act(wiring: Wiring, { fault, report }: Strike, line: Line, rest: Buffer): void {
  if (typeof fault.action === "string") {
    wiring.isOver = true;
    ends[fault.action](wiring);
  } else {
    holdFor(wiring, line, fault.action.delayMs);
    line.send(rest);
  }
  report();
}

const ends: Readonly<Record<Extract<FaultAction, string>, (wiring: Wiring) => void>> = {
  cut: ({ client, server }) => {
    client.destroySoon();
    server.destroySoon();
  },
  reset: ({ client, server }) => {
    resetSoon(client);
    resetSoon(server);
  },
  // The server's closing must not reach the client. The client's own closing reaches the server, so that locks are
  // freed.
  swallow: ({ down }) => void down.hold(),
};

/** An immediate reset would overtake what was let through. */
function resetSoon(socket: Socket): void {
  socket.write("", () => socket.resetAndDestroy());
}

function holdFor({ timers }: Wiring, line: Line, milliseconds: number): void {
  const release = line.hold();
  const timer = setTimeout(() => {
    timers.delete(timer);
    release();
  }, milliseconds);
  timers.add(timer);
}

function clearTimers(timers: ReadonlySet<NodeJS.Timeout>): void {
  for (const timer of timers) clearTimeout(timer);
}

function switches({
  client,
  server,
  up,
  down,
  timers,
}: Wiring): Pick<ProxiedConnection, "pause" | "resume" | "destroy"> {
  let releases: readonly (() => void)[] = [];
  return {
    pause: () => {
      if (releases.length === 0) releases = [up.hold(), down.hold()];
    },
    resume: () => {
      for (const release of releases) release();
      releases = [];
    },
    destroy: () => {
      clearTimers(timers);
      client.destroy();
      server.destroy();
    },
  };
}
