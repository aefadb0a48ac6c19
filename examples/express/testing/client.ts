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

/** Sends `POST /slots` and the like over HTTP. A string goes out as it is, everything else as JSON. */
export function clientOf(url: string): Send {
  return async (route, { actor = "patient/ada", body, headers = {} } = {}) => {
    const [method = "", path = ""] = route.split(" ");
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(url + path, {
      method,
      headers: { "X-Actor": actor, ...type, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
}

/** A provider of its own for every test, so that one database serves them all. */
export function newPlace() {
  return { providerId: `dr-${randomUUID()}`, facilityId: "north" } as const;
}

export const nine = { start: "2027-03-22T09:00:00.000Z", end: "2027-03-22T09:30:00.000Z" } as const;
export const ten = { start: "2027-03-22T10:00:00.000Z", end: "2027-03-22T10:30:00.000Z" } as const;

/** Publishes one slot at nine. */
export async function publish(send: Send, place: ReturnType<typeof newPlace>): Promise<Answer["body"]> {
  const { status, body } = await send("POST /slots", { actor: "provider/dr", body: { ...place, ...nine } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.slot;
}
