import { randomUUID } from "node:crypto";

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

export type Send = (route: `${"GET" | "POST" | "DELETE" | "PUT"} ${string}`, sent?: Sent) => Promise<Answer>;

/**
 * Sends `POST /slots` and the like over HTTP, in a session of the actor, of nobody where it is empty. A string goes out as
 * it is, everything else as JSON.
 */
export function clientOf(url: string): Send {
  const sessions = new Map<string, Promise<string>>();
  const sessionOf = (actor: string): Promise<string> => {
    const session = sessions.get(actor) ?? signIn(url, actor);
    sessions.set(actor, session);
    return session;
  };
  return async (route, { actor = "patient/ada", body, headers = {} } = {}) => {
    const [method = "", path = ""] = route.split(" ");
    const session = actor === "" ? {} : { Cookie: await sessionOf(actor) };
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(url + path, {
      method,
      headers: { ...session, ...type, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
}

async function signIn(url: string, actor: string): Promise<string> {
  const [kind, id] = actor.split("/");
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${url}/sign-in`, { method: "POST", headers, body: JSON.stringify({ kind, id }) });
  const [session = ""] = (answer.headers.getSetCookie()[0] ?? "").split(";");
  if (session === "") throw new Error(await answer.text());
  return session;
}

export const staff = { actor: "staff/dr" } as const;

/** A provider of its own for every test, so that one database serves them all. */
export function newPlace() {
  return { providerId: `dr-${randomUUID()}`, facilityId: "north" } as const;
}

export const nine = { start: "2027-03-22T09:00:00.000Z", end: "2027-03-22T09:30:00.000Z" } as const;

/** Publishes one slot at nine. */
export async function publish(send: Send, place: ReturnType<typeof newPlace>): Promise<Answer["body"]> {
  const { slots } = await publishAll(send, place, [nine]);
  return slots[0];
}

export async function publishAll(send: Send, place: ReturnType<typeof newPlace>, slots: readonly object[]) {
  const { status, body } = await send("POST /slots", { ...staff, body: { ...place, slots } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}
