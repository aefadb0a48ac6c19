import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { TestProject } from "vitest/node";
import type { ServerName } from "../engine.ts";
import { engines } from "../engines.ts";
import { startServer } from "../start.ts";
import type { TestServer } from "../test-server.ts";

const started = new Map<ServerName, Promise<TestServer | undefined>>();
let broker: Server | undefined;

/**
 * Vitest's global set-up. Test files ask this process for a server, and the first request for an engine starts it. A
 * run that needs no server starts none, and all test files share one server per engine.
 */
export async function setup(project: TestProject): Promise<void> {
  broker = createServer((request, response) => {
    void answer(request.url ?? "").then(({ status, body }) => response.writeHead(status).end(body));
  }).listen(0, "127.0.0.1");
  await once(broker, "listening");
  const address = broker.address();
  if (address === null || typeof address === "string") throw new Error("No loopback port could be bound.");
  project.provide("testServers", `http://127.0.0.1:${address.port}`);
}

/** Vitest's global teardown. */
export async function teardown(): Promise<void> {
  broker?.closeAllConnections();
  broker?.close();
  const servers = await Promise.allSettled(started.values());
  await Promise.all(servers.map((server) => (server.status === "fulfilled" ? server.value?.stop() : undefined)));
}

/** 200 with the server, 404 if the engine is skipped, 500 with the reason if that is a failure. */
async function answer(path: string): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const server = await sharedServer(path.slice(1) as ServerName);
    if (server === undefined) return { status: 404, body: "" };
    return { status: 200, body: JSON.stringify({ url: server.url, origin: server.origin }) };
  } catch (error) {
    return { status: 500, body: error instanceof Error ? error.message : String(error) };
  }
}

function sharedServer(engine: ServerName): Promise<TestServer | undefined> {
  if (!Object.hasOwn(engines, engine)) throw new Error(`There is no engine "${engine}".`);
  const server = started.get(engine) ?? startServer(engine);
  started.set(engine, server);
  return server;
}
