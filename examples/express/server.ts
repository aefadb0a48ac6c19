import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { protectServer } from "@slotwright/http/node";
import { createApp } from "./app.ts";
import { openDatabase } from "./database.ts";

/** How long a stop waits for requests that are under way, in milliseconds. */
const patienceMs = 10_000;

export interface RunningServer {
  readonly url: string;
  /** Takes no new requests, answers those under way, ends the streams, and then closes the database. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly databaseUrl: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** Listens on the loopback interface only: every sign-in is believed. */
export async function startServer({ databaseUrl, port }: ServerOptions): Promise<RunningServer> {
  const database = await openDatabase(databaseUrl);
  const { app, handler } = createApp(database);
  const server = createServer(app);
  protectServer(server);
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    await database.close();
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    stop: async () => {
      const stopped = stopListening(server);
      await handler.close();
      await stopped;
      await database.close();
    },
  };
}

async function stopListening(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const cutOff = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(cutOff);
}
