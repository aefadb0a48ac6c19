import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type DelayProxy, startDelayProxy } from "../round-trip/delay-proxy.ts";
import { addedBy } from "../round-trip/round-trip.ts";

const open: { readonly close: () => unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function echoBehindProxy(delayMs: number): Promise<{ readonly echo: Server; readonly proxy: DelayProxy }> {
  const echo = createServer({ noDelay: true }, (socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const proxy = await startDelayProxy(`tcp://127.0.0.1:${(echo.address() as { port: number }).port}`, delayMs);
  open.push(echo, proxy);
  return { echo, proxy };
}

describe("the proxy that adds a round trip", () => {
  it("adds no less than it should, and not many times as much", async () => {
    const { p50Ms } = await addedBy(0.5);
    expect(p50Ms).toBeGreaterThan(0.9);
    expect(p50Ms).toBeLessThan(5);
  });

  it("forwards everything, in order", async () => {
    const { proxy } = await echoBehindProxy(0.5);
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const socket = connect({ port: proxy.port, host: "127.0.0.1" });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      if (chunks.reduce((sum, { length }) => sum + length, 0) === sent.length) socket.end();
    });
    for (let first = 0; first < sent.length; first += 7000) socket.write(sent.subarray(first, first + 7000));
    await once(socket, "close");
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });

  it("delays messages in quick succession equally long, not one after another", async () => {
    const { proxy } = await echoBehindProxy(20);
    const sockets = Array.from({ length: 20 }, () => connect({ port: proxy.port, host: "127.0.0.1" }));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const started = performance.now();
    for (const socket of sockets) socket.write("x");
    await Promise.all(sockets.map((socket) => once(socket, "data")));
    const took = performance.now() - started;
    for (const socket of sockets) socket.destroy();
    expect(took).toBeGreaterThan(39);
    expect(took).toBeLessThan(200);
  });
});
