import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createEngine, isBookingError } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHandler } from "../src/index.ts";
import { protectServer } from "../src/node.ts";
import { actorIn } from "./stage.ts";

/** The paths of what is wrong, with what is said of each. */
function issuesOf(work: () => unknown): Readonly<Record<string, string>> {
  try {
    work();
  } catch (error) {
    if (!isBookingError(error, "invalid_input")) throw error;
    return Object.fromEntries(error.details.issues.map(({ path, code, message }) => [path, `${code}: ${message}`]));
  }
  return {};
}

const engine = createEngine({ storage: memoryAdapter() });
const handled = (options: object) => issuesOf(() => createHandler({ engine, actorOf: actorIn, ...options }));
const guarded = (options: unknown) => issuesOf(() => protectServer(createServer(), options as object));

const least = "invalid: must be at least 1";
const whole = "invalid: must be a whole number";
const longest = "invalid: must be at most 2147483647, the longest that a timer can wait";
const unknown = "unknown_field: is not an option";
const fn = "invalid: must be a function";

describe("options of createHandler", () => {
  it("are refused with the path of each that is unknown, or not what it should be", () => {
    expect(issuesOf(() => createHandler(undefined as never))).toEqual({
      "": "invalid: must be an object with an engine and actorOf",
    });
    expect(issuesOf(() => createHandler({} as never))).toEqual({
      engine: "invalid: must be what createEngine(…) returns",
      actorOf: fn,
    });
    expect(handled({ basepath: "/api", onError: "console", screenOf: {} })).toEqual({
      basepath: unknown,
      onError: fn,
      screenOf: fn,
    });
    const path = "invalid: must begin with / and end without one, such as /api/booking";
    for (const basePath of ["api", "/", "/api/"]) expect(handled({ basePath })).toEqual({ basePath: path });
    expect(handled({ origins: ["https://a.example", "https://a.example/", "a.example"] })).toEqual({
      "origins.1": "invalid: must be an origin without a path, such as https://app.example",
      "origins.2": "invalid: must be an origin without a path, such as https://app.example",
    });
    expect(handled({ live: { forDays: 3 } })).toEqual({
      "live.openTo": 'invalid: must be "everybody" or a function of an actor',
    });
    expect(handled({ live: { forDayz: 3, openTo: "everybody" } })).toEqual({
      "live.forDayz": unknown,
      "live.forDays": "invalid: is needed, or both from and to: what is held must be bounded",
    });
    expect(handled({ live: { forDays: 0, signal: null, openTo: "everybody" } })).toEqual({
      "live.forDays": least,
      "live.signal": unknown,
    });
    expect(handled({ live: { forDays: 60, openings: true, openTo: "everybody" } })).toEqual({
      "live.openings": "invalid: needs providerIds and facilityId: hours are those of a provider at a facility",
    });
    expect(handled({ live: { from: new Date(1), to: new Date(0), openTo: "everybody" } })).toEqual({
      "live.to": "invalid: must not be before from",
    });
    const run = async () => ({});
    // The stream and the document are no calls that somebody else could answer.
    expect(handled({ calls: { boook: { run }, stream: { run }, openapi: { run }, book: { run: 1 } } })).toEqual({
      "calls.boook": unknown,
      "calls.stream": unknown,
      "calls.openapi": unknown,
      "calls.book.run": fn,
    });
    expect(handled({ limits: { bodyBytes: 0, bodyMs: 2 ** 31, bodybytes: 1 } })).toEqual({
      "limits.bodyBytes": least,
      "limits.bodyMs": longest,
      "limits.bodybytes": unknown,
    });
    expect(handled({ streams: { most: 1.5, slowMs: -1, gatherMs: -1, forSeconds: 0 } })).toEqual({
      "streams.most": whole,
      "streams.slowMs": least,
      "streams.gatherMs": "invalid: must not be negative",
      "streams.forSeconds": "invalid: must be above 0",
    });
  });

  it("may be left undefined, and may be at their limits", () => {
    const options = { basePath: "", origins: undefined, live: undefined, calls: {}, streams: { gatherMs: 0 } };
    expect(handled({ ...options, limits: { bodyMs: 2_147_483_647, bodyBytes: 1 } })).toEqual({});
  });
});

describe("options of protectServer", () => {
  it("are refused with the path of each that is unknown, or not what it should be", () => {
    expect(guarded(null)).toEqual({ "": "invalid: must be an object, such as { headersMs: 5000 }" });
    expect(guarded({ headersMs: "5 s", keepAliveMs: 0, unreadMs: 2 ** 31, requestMs: Number.NaN })).toEqual({
      headersMs: "invalid: must be a number of milliseconds",
      keepAliveMs: least,
      unreadMs: longest,
      requestMs: "invalid: must be a number of milliseconds",
    });
    expect(guarded({ pipelined: 0, connections: 2.5, headerMs: 5_000 })).toEqual({
      pipelined: least,
      connections: whole,
      headerMs: unknown,
    });
    expect(guarded({ headersMs: undefined, pipelined: 1 })).toEqual({});
  });

  it("change nothing about the server if one of them is refused", async () => {
    const server = createServer((_request, response) => response.end("well"));
    const before = server.headersTimeout;
    expect(issuesOf(() => protectServer(server, { headersMs: 50, pipelined: 0 }))).toEqual({ pipelined: least });
    expect(server.headersTimeout).toBe(before);
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await new Promise((resolve) => setTimeout(resolve, 120));
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(String((await once(socket, "data"))[0])).toContain("well");
    socket.destroy();
  });
});
