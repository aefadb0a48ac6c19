import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ProtectOptions, protectServer, toNodeListener } from "../src/node.ts";
import { until } from "./stage.ts";

/** More than the system takes off the hands of a server for a client that does not read. */
const large = "x".repeat(16_000_000);

function serve(listener: RequestListener, options: ProtectOptions, sockets: Socket[] = []): Promise<number> {
  return listening(
    createServer(listener).on("connection", (socket) => sockets.push(socket)),
    options,
  );
}

async function listening(server: Server, options: ProtectOptions): Promise<number> {
  protectServer(server, options);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function client(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Everything that a client is sent, as text, until `isEnough` says so. */
async function answers(socket: Socket, isEnough: (text: string) => boolean): Promise<string> {
  let text = "";
  for await (const bytes of socket) {
    text += bytes;
    if (isEnough(text)) break;
  }
  return text;
}

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\r\n\r\n(\/\w+);/g)].map(([, path]) => `${path}`);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

describe("an answer that its client does not read", () => {
  it("ends the connection once no byte of it has been taken for so long", async () => {
    const port = await serve((_request, response) => response.end(large), { unreadMs: 100 });
    const socket = client(port).pause();
    socket.write(get("/a"));
    await pause(600);
    expect((await answers(socket, () => false)).length).toBeLessThan(large.length);
  });

  it("is sent to its end if the client is slow, but reads", async () => {
    const port = await serve((_request, response) => response.end(large), { unreadMs: 500 });
    const socket = client(port);
    socket.write(get("/a"));
    const began = performance.now();
    let length = 0;
    for await (const bytes of socket) {
      length += bytes.length;
      if (length >= large.length) break;
      await pause(4);
    }
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(length).toBeGreaterThanOrEqual(large.length);
  });

  it("is not taken for one that takes long to make: that is waited for", async () => {
    const listener: RequestListener = (_request, response) => setTimeout(() => response.end("/late;"), 250);
    const port = await serve(listener, { unreadMs: 50, keepAliveMs: 500 });
    const socket = client(port);
    socket.write(get("/a"));
    const [first] = await once(socket, "data");
    expect(pathsIn(String(first))).toEqual(["/late"]);
    await pause(200);
    socket.write(get("/a"));
    expect(pathsIn(String((await once(socket, "data"))[0]))).toEqual(["/late"]);
  });

  it("is left to the rules of streams if it is an event stream", async () => {
    let isOpen = true;
    const respond = async () => ({
      status: 200,
      headers: {},
      body(sink: { readonly write: (text: string) => void; readonly onClose: (closed: () => void) => void }) {
        sink.onClose(() => {
          isOpen = false;
        });
        sink.write(large);
      },
    });
    const port = await serve(toNodeListener({ respond }), { unreadMs: 50, keepAliveMs: 100 });
    const socket = client(port).pause();
    socket.write(get("/stream"));
    await pause(500);
    expect(isOpen).toBe(true);
  });

  it("does not keep a connection open that waits for its next request: that has a time of its own", async () => {
    const port = await serve((_request, response) => response.end("/a"), { keepAliveMs: 50 });
    const idle = client(port).resume();
    idle.write(get("/a"));
    const began = performance.now();
    await once(idle, "close");
    // Node adds a second.
    expect(performance.now() - began).toBeLessThan(1_900);
  });
});

describe("many requests of one connection", () => {
  it("are begun only as the answers to those before them are taken", async () => {
    let begun = 0;
    const listener: RequestListener = (_request, response) => {
      begun += 1;
      response.end(large.slice(0, 1_000_000));
    };
    const port = await serve(listener, {});
    const greedy = client(port).pause();
    for (let index = 0; index < 4; index++) {
      greedy.write(get("/a").repeat(500));
      await pause(20);
    }
    await pause(200);
    expect(begun).toBeGreaterThanOrEqual(16);
    expect(begun).toBeLessThan(50);
    const other = client(port);
    other.write(get("/a"));
    expect(String((await once(other, "data"))[0])).toContain("200 OK");
  });

  it("are read only as far as a few are waiting, however many have been answered", async () => {
    const listener: RequestListener = ({ url }, response) => {
      if (url === "/quick") setTimeout(() => response.end(), 5);
    };
    const sockets: Socket[] = [];
    const port = await serve(listener, { pipelined: 1 }, sockets);
    const greedy = client(port).resume();
    greedy.write(get("/quick").repeat(30) + get("/never").repeat(60_000));
    await until(() => greedy.bytesRead > 2_000);
    await pause(100);
    expect(sockets.map(({ bytesRead }) => bytesRead < 200_000)).toEqual([true]);
  });

  it("are read on once none is waiting, so that a client's leaving is noticed", async () => {
    const gone: (string | undefined)[] = [];
    const listener: RequestListener = ({ url }, response) => {
      response.once("close", () => gone.push(url));
      if (url === "/quick") response.end();
    };
    const socket = client(await serve(listener, { pipelined: 1 })).resume();
    socket.write(get("/quick") + get("/never"));
    await until(() => gone.length === 1);
    await pause(20);
    socket.destroy();
    await until(() => gone.length === 2);
    expect(gone).toEqual(["/quick", "/never"]);
  });

  it("are all answered, in their order and with their bodies, to a client that reads", async () => {
    let [underWay, most] = [0, 0];
    const listener: RequestListener = async (request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      const body = await bodyOf(request);
      await pause(Math.random() * 3);
      underWay -= 1;
      response.end(`${request.url}_${body.length};`);
    };
    const port = await serve(listener, { pipelined: 4 });
    const socket = client(port);
    const wanted = Array.from({ length: 120 }, (_, index) => ({ path: `/${index}`, length: (index % 7) * 5_000 }));
    socket.write(wanted.map(({ path, length }) => post(path, "y".repeat(length))).join("") + get("/last"));
    const text = await answers(socket, (sofar) => sofar.includes("/last_0;"));
    expect(pathsIn(text)).toEqual([...wanted.map(({ path, length }) => `${path}_${length}`), "/last_0"]);
    expect(most).toBe(4);
  });

  it("are not begun once their connection has gone", async () => {
    const begun: (string | undefined)[] = [];
    const gone: string[] = [];
    const listener: RequestListener = (request, response) => {
      begun.push(request.url);
      response.once("close", () => gone.push(`${request.url}`));
      if (request.url === "/cut") setTimeout(() => response.destroy(), 20);
    };
    const port = await serve(listener, { pipelined: 2 });
    client(port).write(get("/cut") + get("/b") + get("/c") + get("/d"));
    await until(() => gone.length > 0);
    await pause(50);
    expect(begun).toEqual(["/cut", "/b"]);
  });

  it("have each a context of their own: one that waited is not begun in that of the one before", async () => {
    const person = new AsyncLocalStorage<string>();
    const listener: RequestListener = (request, response) => {
      const before = person.getStore() ?? "nobody";
      person.run(`${request.url}`, () => setTimeout(() => response.end(`/${before.slice(-6)};`), 5));
    };
    const port = await serve(listener, { pipelined: 1 });
    const socket = client(port);
    socket.write(get("/a").repeat(4));
    const text = await answers(socket, (sofar) => pathsIn(sofar).length === 4);
    expect(pathsIn(text)).toEqual(["/nobody", "/nobody", "/nobody", "/nobody"]);
  });
});

it("a connection under TLS is cut if it sends nothing or reads nothing, and else is not", async () => {
  // A shared key, so that there is no certificate to make.
  const [psk, identity] = [Buffer.alloc(32, 7), "client"];
  const tls = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const listener: RequestListener = ({ url }, response) => {
    if (url === "/large") response.end(large);
    else setTimeout(() => response.end("/late;"), 600);
  };
  const server = createTlsServer({ ...tls, pskCallback: () => psk }, listener);
  const port = await listening(server, { headersMs: 200, unreadMs: 200 });
  const open = (): Socket => {
    const trust = { pskCallback: () => ({ psk, identity }), checkServerIdentity: () => undefined };
    const socket = connectTls({ ...tls, ...trust, port, host: "127.0.0.1" });
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  const [silent, unread, late] = [open().resume(), open().pause(), open()];
  unread.write(get("/large"));
  late.write(get("/late").repeat(20));
  await once(silent, "close");
  expect(pathsIn(await answers(late, (text) => pathsIn(text).length === 20))).toHaveLength(20);
  expect((await answers(unread, () => false)).length).toBeLessThan(large.length);
});
