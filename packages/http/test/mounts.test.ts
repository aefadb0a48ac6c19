import { once } from "node:events";
import { createServer, type Server, request as sendRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { BookingError } from "@slotwright/core";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createHandler, type Handler, type OwnCall } from "../src/index.ts";
import { protectServer, toNodeListener } from "../src/node.ts";
import { expectToServe } from "./serving.ts";
import { actorIn, at, place, slotAt, stage, week } from "./stage.ts";

const basePath = "/booking";

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The shape of a route handler of Next: a function of a request for each method, with the parameters beside it. Next itself takes its time: next.test.ts runs it. */
function asNextWould(handler: Handler): Server {
  const route = { GET: handler, POST: handler };
  return createServer((incoming, response) => {
    const url = `http://${incoming.headers.host}${incoming.url}`;
    const method = incoming.method as "GET" | "POST";
    const headers = new Headers(incoming.headers as Record<string, string>);
    const init = method === "POST" ? { body: incoming as never, duplex: "half" } : {};
    const answer = (route[method] as (request: Request, context: object) => Promise<Response>)(
      new Request(url, { method, headers, ...(init as object) }),
      { params: Promise.resolve({ path: [] }) },
    );
    void answer.then(async ({ status, headers, body }) => {
      response.writeHead(status, Object.fromEntries(headers));
      response.flushHeaders();
      for await (const chunk of body ?? []) response.write(chunk);
      response.end();
    });
  });
}

const mounts: Readonly<Record<string, (handler: Handler) => Promise<string>>> = {
  "Node's own server": (handler) => listening(createServer(toNodeListener(handler))),
  Express: (handler) => listening(createServer(express().use(basePath, toNodeListener(handler)))),
  "Express behind a parser of bodies": (handler) =>
    listening(createServer(express().use(express.json()).use(basePath, toNodeListener(handler)))),
  Fastify: async (handler) => {
    const listener = toNodeListener(handler);
    const app = Fastify();
    await app.register(
      async (scope) => {
        // The handler reads the body.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
        scope.all("/*", (request, reply) => {
          reply.hijack();
          listener(request.raw, reply.raw);
        });
      },
      { prefix: basePath },
    );
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    return url;
  },
  Hono: (handler) => {
    const app = new Hono();
    app.all(`${basePath}/*`, (context) => handler(context.req.raw));
    return listening(
      createServer((incoming, response) => {
        const url = `http://${incoming.headers.host}${incoming.url}`;
        const body = incoming.method === "POST" ? { body: incoming as never, duplex: "half" } : {};
        const headers = new Headers(incoming.headers as Record<string, string>);
        const init = { method: incoming.method ?? "GET", headers, ...(body as object) };
        void Promise.resolve(app.fetch(new Request(url, init))).then(async (answer) => {
          response.writeHead(answer.status, Object.fromEntries(answer.headers));
          response.flushHeaders();
          for await (const chunk of answer.body ?? []) response.write(chunk);
          response.end();
        });
      }),
    );
  },
  "functions in the shape of a route handler of Next": (handler) => listening(asNextWould(handler)),
};

describe.each(Object.entries(mounts))("mounted in %s", (_name, mount) => {
  it("books, refuses, and streams what happens", async () => {
    const { handler } = await stage({ basePath });
    const url = `${await mount(handler)}${basePath}`;
    await expectToServe(url);
  });
});

describe("on Node's own server", () => {
  it("a path or a host that cannot be read is refused, and does not end the process", async () => {
    const { handler } = await stage();
    const port = Number(new URL(await listening(createServer(toNodeListener(handler)))).port);
    const answers = [];
    for (const [path, host] of [
      ["//", "x"],
      ["///slots", "x"],
      ["/slots", "["],
      ["/slots", "a b"],
      ["http://", "x"],
    ]) {
      const socket = connect(port, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Actor: provider/dr\r\n\r\n`);
      answers.push(/^HTTP\/1.1 (\d+).*"scenario":"(\w+)"/s.exec(String((await once(socket, "data"))[0]))?.slice(1));
      socket.destroy();
    }
    const [absent, unreadable] = [
      ["404", "route_not_found"],
      ["400", "bad_request"],
    ];
    expect(answers).toEqual([absent, absent, unreadable, unreadable, unreadable]);
  });

  it("a client that sends nothing, or half of its headers, is cut off", async () => {
    const { handler } = await stage();
    const server = createServer(toNodeListener(handler));
    protectServer(server, { headersMs: 150 });
    const port = Number(new URL(await listening(server)).port);
    for (const sent of ["", "GET /slots HTTP/1.1\r\nHost: x\r\nX-Half:"]) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(sent);
      const began = performance.now();
      socket.resume();
      await once(socket, "close");
      expect(performance.now() - began).toBeLessThan(2_000);
    }
    expect([server.headersTimeout, server.requestTimeout]).toEqual([150, 30_000]);
  });

  it("a body that does not come to its end is refused in time, and one that breaks off does no harm", async () => {
    const { handler } = await stage({ limits: { bodyMs: 150 } });
    const url = await listening(createServer(toNodeListener(handler)));
    const headers = { "X-Actor": "provider/dr", "Content-Type": "application/json", "Content-Length": "100" };
    const slow = sendRequest(`${url}/appointments`, { method: "POST", headers });
    slow.on("error", () => {});
    slow.write("{");
    const [answer] = (await once(slow, "response")) as [{ readonly statusCode: number }];
    expect(answer.statusCode).toBe(408);
    slow.destroy();
    const broken = sendRequest(`${url}/appointments`, { method: "POST", headers });
    broken.on("error", () => {});
    broken.write("{");
    setTimeout(() => broken.destroy(), 20);
    await new Promise((resolve) => broken.once("close", resolve));
    expect((await fetch(`${url}/slots`, { headers: { "X-Actor": "provider/dr" } })).status).toBe(200);
  });

  it("a client that leaves its stream gives its place back, and one that never reads is cut", async () => {
    const { handler, engine } = await stage({
      engineOptions: { authorize: () => undefined },
      streams: { mostOfActor: 1, bufferBytes: 1_000, slowMs: 100 },
    });
    const url = await listening(createServer(toNodeListener(handler)));
    const headers = { "X-Actor": "provider/dr" };
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.pause();
    socket.write("GET /changes/stream HTTP/1.1\r\nHost: x\r\nX-Actor: provider/dr\r\n\r\n");
    let status = 0;
    for (let index = 0; status !== 429 && index < 50; index++) {
      const response = await fetch(`${url}/changes/stream?after=forged`, { headers });
      status = response.status;
    }
    expect(status).toBe(429);
    const actor = { kind: "provider", id: "dr" };
    const metadata = { text: "x".repeat(15_000) };
    for (let index = 0; status === 429 && index < 400; index++) {
      const slots = Array.from({ length: 20 }, (_, at) => ({ ...slotAt((index * 20 + at) * 30), metadata }));
      await engine.createSlots({ actor, ...place, slots });
      status = (await fetch(`${url}/changes/stream?after=forged`, { headers })).status;
    }
    expect(status).toBe(400);
    socket.destroy();
  });
});

describe("a call of the host's own", () => {
  it("takes fields of its own, and is given the input, a key and the actor's engine", async () => {
    const { engine } = await stage();
    const fields = z.strictObject({ amountCents: z.int("must be a whole number").min(0) });
    const handler = createHandler({
      engine,
      actorOf: actorIn,
      calls: {
        book: {
          fields,
          async run({ engine: own, input, own: { amountCents }, idempotencyKey }) {
            const booked = await own.book(input as never);
            return { ...booked, invoice: { amountCents, idempotencyKey } };
          },
        },
      },
    });
    onTestFinished(() => handler.close());
    const url = await listening(createServer(toNodeListener(handler)));
    const post = async (path: string, body: object, key?: string) => {
      const headers = {
        "X-Actor": "provider/dr",
        "Content-Type": "application/json",
        ...(key && { "Idempotency-Key": key }),
      };
      const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
      // biome-ignore lint/suspicious/noExplicitAny: a body of any shape
      return { status: response.status, body: (await response.json()) as any };
    };
    const { body } = await post("/slots", { ...place, slots: [slotAt(0)] });
    const want = { slotId: body.slots[0].id, subjectId: "ada" };
    expect(await post("/appointments", { ...want, amountCents: "1" })).toMatchObject({
      status: 400,
      body: { details: { issues: [{ path: "amountCents", message: "must be a whole number" }] } },
    });
    expect((await post("/appointments", { ...want, amountCents: 1, colour: 2 })).body.scenario).toBe("invalid_input");
    const booked = await post("/appointments", { ...want, amountCents: 7_500 }, "k");
    expect(booked).toMatchObject({ status: 201, body: { invoice: { amountCents: 7_500, idempotencyKey: "k" } } });
  });

  it("takes the place of any call, and is given what the engine's takes", async () => {
    const keys: string[] = [];
    const asEngine = (name: "publishSlots" | "importBusy" | "reconcile" | "createManySlots" | "block"): OwnCall => ({
      run({ engine, input, idempotencyKey }) {
        keys.push(idempotencyKey);
        return (engine[name] as (given: unknown) => Promise<object>)(input);
      },
    });
    const names = ["publishSlots", "importBusy", "reconcile", "createManySlots", "block"] as const;
    const { send } = await stage({ calls: Object.fromEntries(names.map((name) => [name, asEngine(name)])) });
    const hours = { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: 540, to: 600 }] };
    await send("POST /availability", { body: { ...place, hours } });
    const until = new Date(Date.now() + 86_400_000);
    const sent = [
      ["POST /slots/publish", { ...place, until, dryRun: true }],
      ["POST /busy-times", { ...place, source: "s", from: at(0), until: at(60), intervals: [], dryRun: true }],
      ["POST /reconcile", { dryRun: true }],
      ["POST /slots/many", { ...place, slots: [slotAt(0)] }],
    ] as const;
    for (const [route, body] of sent) expect((await send(route, { body })).body).toMatchObject({ success: true });
    const [slot] = (await send(`GET /slots?${week}`)).body.items;
    const headers = { "Idempotency-Key": "k" };
    expect((await send(`POST /slots/${slot.id}/block`, { headers })).body.slot.status).toBe("blocked");
    expect(keys.map((key) => key.length)).toEqual([36, 36, 36, 36, 1]);
  });

  it("names no key that a call does not take, when its outcome is not known", async () => {
    const run: OwnCall["run"] = () => Promise.reject(new BookingError("outcome_unknown", { idempotencyKey: null }));
    const { send } = await stage({ calls: { publishSlots: { run } } });
    const { body } = await send("POST /slots/publish", { body: { ...place, until: new Date() } });
    expect(body).toMatchObject({ scenario: "outcome_unknown", details: { idempotencyKey: null } });
  });
});
