import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** A loopback port that was free a moment ago. Another process may still take it, so callers must retry. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** Several of them, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes = await Promise.all(Array.from({ length: count }, probe));
  const ports = probes.map(portOf);
  await Promise.all(probes.map((one) => once(one.close(), "close")));
  return ports;
}

async function probe(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No loopback port could be bound.");
  return address.port;
}
