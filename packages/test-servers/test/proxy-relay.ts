import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

/** How the bytes of a client are forwarded. */
export type Chunking = "byte by byte" | "as they come";

export interface Relay {
  url(url: string): string;
  /** How many bytes have come from the client. */
  sent(): number;
  /** How many bytes have come for the client. */
  received(): number;
  close(): Promise<void>;
}

/** Sits between two others, counts what it forwards, and may cut the client's bytes into other chunks. */
export async function startRelay(targetUrl: string, chunking: Chunking): Promise<Relay> {
  const sockets: Socket[] = [];
  let sent = 0;
  let received = 0;
  const listener = createServer({ noDelay: true }, (client) => {
    const target = connect({ host: "127.0.0.1", port: Number(new URL(targetUrl).port), noDelay: true });
    sockets.push(client, target);
    for (const socket of [client, target]) socket.on("error", () => {});
    client.on("close", () => target.destroySoon());
    target.on("close", () => client.destroySoon());
    target.on("data", (bytes) => {
      received += bytes.length;
      client.write(bytes);
    });
    const pass = passer(chunking, target);
    client.on("data", (bytes) => {
      sent += bytes.length;
      pass(bytes);
    });
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { readonly port: number };
  return {
    url: (url) => Object.assign(new URL(url), { hostname: "127.0.0.1", port: `${port}` }).href,
    sent: () => sent,
    received: () => received,
    close: async () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, "close");
    },
  };
}

function passer(chunking: Chunking, target: Socket): (bytes: Buffer) => void {
  if (chunking === "as they come") return (bytes) => void target.write(bytes);
  let passed = Promise.resolve();
  return (bytes) => {
    passed = passed.then(async () => {
      for (const byte of bytes) {
        if (target.writable) target.write(Buffer.of(byte));
        await turn();
      }
    });
  };
}
