import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { startServer } from "@slotwright/test-servers";
import { postgres } from "../arenas/postgres.ts";
import { observed } from "../measuring/circumstances.ts";
import { openStreams } from "./caller.ts";
import { furnish, providers, slotsOfProvider, week } from "./furnish.ts";
import { newsTo, slotsForNews } from "./news.ts";
import type { HttpOptions } from "./options.ts";
import type { HttpComparison, HttpNews, HttpResult } from "./result.ts";
import { compare, type Ports, type Sides, type Work } from "./turns.ts";

/** Connections of the handler, and of the Express application. */
const poolSize = 10;

export interface Watcher {
  readonly compared: (comparison: HttpComparison) => void;
  readonly told: (news: HttpNews) => void;
}

/** @throws Error if PostgreSQL is not available, or something fails */
export async function measureHttp(options: HttpOptions, watcher: Watcher, signal: AbortSignal): Promise<HttpResult> {
  const server = await startServer("postgres");
  if (server === undefined) throw new Error("PostgreSQL is not available.");
  const database = await server.createDatabase();
  let child: ChildProcess | undefined;
  try {
    const facts = await factsOf(server.url);
    let measured: Pick<HttpResult, "comparisons" | "news"> | undefined;
    const circumstances = await observed(async () => {
      const news = slotsForNews(options.isQuick);
      const slotIds = await furnish(database.url, slotsOfProvider(options.rounds + 1, options.roundMs, news));
      child = fork(join(import.meta.dirname, "server-process.ts"), [database.url, String(poolSize)]);
      const [ports] = (await once(child, "message")) as [Ports];
      measured = await measure(options, { ports, nextSlot: takenFrom(slotIds) }, watcher, signal);
    });
    const { callers, streams, rounds, roundMs, isQuick } = options;
    return {
      ...circumstances,
      server: { title: postgres.title, version: server.version, ...facts },
      ...{ callers, streams, rounds, roundMs, isQuick, poolSize },
      ...(measured as Pick<HttpResult, "comparisons" | "news">),
    };
  } finally {
    if (child !== undefined) await end(child);
    await database.drop();
    await server.stop();
  }
}

async function factsOf(url: string) {
  const { query, close } = await postgres.connect(url);
  const facts = await postgres.durability(query);
  await close();
  return facts;
}

/** It ends by itself once nobody listens to it. */
async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
  if (child.connected) child.disconnect();
  await ended;
}

function takenFrom(slotIds: readonly string[]): () => string {
  let next = 0;
  return () => {
    const id = slotIds[next++];
    if (id === undefined) throw new Error("There are no slots left.");
    return id;
  };
}

interface Stage {
  readonly ports: Ports;
  readonly nextSlot: () => string;
}

async function measure(options: HttpOptions, stage: Stage, watcher: Watcher, signal: AbortSignal) {
  const { ports, nextSlot } = stage;
  const follow = (_: unknown, index: number) => `/changes/stream?providerId=${providers[index % providers.length]}`;
  const streams = await openStreams(ports.own, Array.from({ length: options.streams }, follow));
  // What comes is read, as a client reads it, and counts for the handler's turn.
  const comparisons: HttpComparison[] = [];
  for (const sides of [bookings(nextSlot), searches]) {
    const comparison = await compare(sides, ports, options, signal);
    watcher.compared(comparison);
    comparisons.push(comparison);
  }
  for (const { socket } of streams) socket.destroy();
  const news = await newsTo(
    { port: ports.own, streams: options.newsStreams, isQuick: options.isQuick },
    nextSlot,
    signal,
  );
  watcher.told(news);
  return { comparisons, news };
}

const bookings = (nextSlot: () => string): Sides => ({
  name: "bookings",
  own: (caller) => caller.call("POST", "/appointments", { slotId: nextSlot(), subjectId: "p" }),
  plain: (caller) => caller.call("POST", "/bookings", { id: randomUUID(), slotId: "s", subjectId: "p" }),
  status: 201,
});

/** The first 50 free slots of five providers in a week. */
const searchOf =
  (path: string): Work =>
  (caller) => {
    const first = Math.floor(Math.random() * (providers.length - 5));
    const ids = providers.slice(first, first + 5).map((id) => `providerId=${id}`);
    return caller.call("GET", `${path}?${ids.join("&")}&from=${week.from}&to=${week.to}&limit=50`);
  };

const searches: Sides = { name: "searches", own: searchOf("/open-slots"), plain: searchOf("/slots"), status: 200 };
