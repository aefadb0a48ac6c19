import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { createNetwork } from "../src/cluster/network.ts";

const network = createNetwork();
const sockets: Socket[] = [];
afterEach(() => {
  network.close();
  for (const socket of sockets) socket.destroy();
});

/** A node that answers each text with the same text, and the port of the way there from node 0 to node 1. */
async function wayToEcho(): Promise<number> {
  const node = createServer((visitor) => visitor.pipe(visitor)).listen(0, "127.0.0.1");
  await once(node, "listening");
  node.unref();
  const { port } = node.address() as { readonly port: number };
  return network.open({
    to: 1,
    host: "127.0.0.1",
    port: 0,
    from: () => 0,
    target: () => ({ host: "127.0.0.1", port }),
  });
}

async function visit(port: number) {
  const socket = connect({ host: "127.0.0.1", port });
  sockets.push(socket);
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
  });
  await once(socket, "connect");
  return { say: (text: string) => void socket.write(text), heard: () => heard };
}

it.each([0, 1])(
  "a way carries nothing in either direction while one of its ends is cut off (%d), and everything in order afterwards",
  async (end) => {
    const port = await wayToEcho();
    const before = await visit(port);
    before.say("a");
    await expect.poll(before.heard).toBe("a");
    network.cut(2);
    before.say("b");
    await expect.poll(before.heard).toBe("ab");
    network.cut(end);
    before.say("c");
    before.say("d");
    const during = await visit(port);
    during.say("e");
    await wait(50);
    expect([before.heard(), during.heard()]).toEqual(["ab", ""]);
    network.heal(end);
    await expect.poll(() => [before.heard(), during.heard()]).toEqual(["abcd", "e"]);
    network.heal(2);
  },
);

it("a way that is slowed takes so much longer there and back, and keeps the order also when that ends", async () => {
  const visitor = await visit(await wayToEcho());
  network.slow(40);
  const started = performance.now();
  visitor.say("a");
  await wait(5);
  network.slow(0);
  visitor.say("b");
  await expect.poll(visitor.heard, { interval: 1 }).toBe("ab");
  expect(performance.now() - started).toBeGreaterThan(19);
  network.slow(40);
  const again = performance.now();
  visitor.say("c");
  await expect.poll(visitor.heard, { interval: 1 }).toBe("abc");
  expect(performance.now() - again).toBeGreaterThan(39);
});
