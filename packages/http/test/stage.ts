import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AccessAnswer,
  type AccessRequest,
  type Actor,
  createEngine,
  type EngineOptions,
  type StorageAdapter,
} from "@slotwright/core";
import { onTestFinished } from "vitest";
import { createHandler, type Handler, type HandlerOptions } from "../src/index.ts";

/** `patient/ada`. */
export function actorIn(request: Request): Actor | undefined {
  const [, kind, id] = /^([^/]+)\/(.+)$/.exec(request.headers.get("x-actor") ?? "") ?? [];
  return kind === undefined || id === undefined ? undefined : { kind, id };
}

/** Patients see and change their own appointments, and slots without whose they are. */
export function authorize(request: AccessRequest): AccessAnswer {
  const { actor } = request;
  if (actor.kind !== "patient") return undefined;
  if (request.action === "override" || request.action === "reconcile") return "Only the staff may do that.";
  if (request.action === "command") {
    const subjectId = request.command === "book" ? request.input.subjectId : request.appointment?.subjectId;
    const isOfNobody = request.command !== "book" && request.appointment === null;
    return subjectId === actor.id || isOfNobody ? undefined : "It is another patient's.";
  }
  const { record } = request;
  if (record.kind === "appointment") return record.subjectId === actor.id ? undefined : "It is another patient's.";
  const isOwn = "entry" in request && request.entry.actor.id === actor.id;
  return { hide: isOwn ? ["appointmentId", "hold"] : ["appointmentId", "hold", "actor", "reason"] };
}

export interface Sent {
  readonly actor?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export type Send = (route: string, sent?: Sent) => Promise<Answer>;

export const origin = "https://clinic.example";

export function requestOf(route: string, { actor = "provider/dr", body, headers = {} }: Sent = {}): Request {
  const [method = "", path = ""] = route.split(" ");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request(origin + path, {
    method,
    headers: {
      ...(actor !== "" && { "X-Actor": actor }),
      ...(body !== undefined && {
        "Content-Type": "application/json",
        "Content-Length": String(Buffer.byteLength(text)),
      }),
      ...headers,
    },
    ...(body !== undefined && { body: text }),
  });
}

function sendTo(handler: Handler): Send {
  return async (route, sent) => {
    const response = await handler(requestOf(route, sent));
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
}

export type StageOptions = Partial<Omit<HandlerOptions, "engine">> & {
  readonly engineOptions?: Partial<EngineOptions<never, unknown>>;
};

export async function openMemory(): Promise<StorageAdapter<never>> {
  const storage = sqliteAdapter({ filename: ":memory:" }) as StorageAdapter<never>;
  await storage.migrate();
  return storage;
}

/** A handler over an engine on this storage, which its `close` closes as well. */
export function openStage(storage: StorageAdapter<never>, { engineOptions, ...options }: StageOptions = {}) {
  const engine = createEngine({ storage, authorize, ...(engineOptions as object) });
  const errors: unknown[] = [];
  const handler = createHandler({ engine, actorOf: actorIn, onError: (error) => errors.push(error), ...options });
  const close = async () => {
    await handler.close();
    await storage.close();
  };
  return { engine, handler, send: sendTo(handler), errors, storage, close };
}

/** The same in memory, for one test. */
export async function stage(options: StageOptions = {}) {
  const staged = openStage(await openMemory(), options);
  onTestFinished(staged.close);
  return staged;
}

export const place = { providerId: "dr-weber", facilityId: "north" } as const;
const firstDay = Date.UTC(2027, 2, 22, 8);
export const at = (minutes: number): string => new Date(firstDay + minutes * 60_000).toISOString();
export const slotAt = (minutes: number) => ({ start: at(minutes), end: at(minutes + 30) });
export const week = `from=${at(0)}&to=${at(7 * 24 * 60)}`;

/** Publishes so many slots, and returns their ids. */
export async function publish(send: Send, count: number, of: object = place): Promise<readonly string[]> {
  const slots = Array.from({ length: count }, (_, index) => slotAt(index * 30));
  const { status, body } = await send("POST /slots", { body: { ...of, slots } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.slots.map(({ id }: { readonly id: string }) => id);
}

export const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(isSo: () => boolean, withinMs = 5_000): Promise<void> {
  for (const began = performance.now(); !isSo(); await passed(2)) {
    if (performance.now() - began > withinMs) throw new Error("It has not come about.");
  }
}
