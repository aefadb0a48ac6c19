import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that can fail, as a network does: neither side is told what became of the other. */
export interface Proxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string;
  readonly cutConnections: () => void;
  readonly close: () => Promise<void>;
}

export async function proxyTo(target: string, defaultPort: number): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) || defaultPort });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from) && to.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const cutConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cutConnections,
    close: async () => {
      cutConnections();
      await once(server.close(), "close");
    },
  };
}
