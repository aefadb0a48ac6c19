import { connect } from "node:net";
import { createEngine, type Engine } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { Temporal } from "temporal-polyfill";
import { authorize } from "../../../express/access.ts";
import { seed } from "../../server/seed/seed.ts";
import { startServer } from "../../server/server.ts";

/** The Wednesday of the first week, so that there is a past. */
export const now = Temporal.Instant.from("2027-02-03T12:00:00Z");
export const from = Temporal.PlainDate.from("2027-02-01");

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface Sent {
  /** Default: Dr Osei. Empty: nobody. */
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly url: string;
  readonly engine: Engine<never>;
  /** `GET /api/slots` and what goes with it. */
  readonly send: (route: string, sent?: Sent) => Promise<Answer>;
  /** Bytes as they are, on a connection of their own. Resolves with the answer up to its end, or the connection's. */
  readonly raw: (text: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A clinic with its seed, on a new file. */
export async function openStage(): Promise<Stage> {
  const sqlite = await loadEngine("sqlite");
  const database = await sqlite.createDatabase(new AbortController().signal);
  const storage = sqlite.openStorage(database.address);
  await storage.migrate();
  await seed(storage, { from, now });
  const { url, stop } = await startServer({ storage, port: 0, liveDays: 120 });
  return {
    url,
    engine: createEngine({ storage, authorize }),
    send: (route, sent) => send(url, route, sent),
    raw: (text) => raw(url, text),
    async stop() {
      await stop();
      await storage.close();
      await database.end({ keep: false });
    },
  };
}

async function send(url: string, route: string, { as = "dr-osei", body, headers = {} }: Sent = {}): Promise<Answer> {
  const [method = "GET", path = "/"] = route.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(as !== "" && { "X-Clinic-Person": as }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.includes("json") === true && text !== "";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.setTimeout(5_000, () => socket.destroy());
  let answer = "";
  return new Promise((resolve) => {
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(text);
  });
}
