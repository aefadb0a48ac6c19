import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Handler } from "@slotwright/http";
import { protectServer } from "@slotwright/http/node";

/** How long a stop waits for requests that are under way, in milliseconds. */
const patienceMs = 10_000;

export interface Listening {
  readonly url: string;
  /** Takes no new requests, answers those under way, and ends the streams. */
  readonly stop: () => Promise<void>;
}

/** Listens on the loopback interface only: every sign-in is believed. Port 0 takes any that is free. */
export async function listen(
  listener: RequestListener,
  handler: Pick<Handler, "close">,
  port: number,
): Promise<Listening> {
  const server = createServer(listener);
  protectServer(server);
  await once(server.listen(port, "127.0.0.1"), "listening");
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    stop: async () => {
      const stopped = stopListening(server);
      await handler.close();
      await stopped;
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
