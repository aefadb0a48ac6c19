import type { Actor } from "@slotwright/core";
import { type Handler, HttpError, type Incoming, isHttpError, type Outgoing } from "@slotwright/http";
import { directoryOf, people } from "./directory.ts";
import type { Page } from "./page/page.ts";
import { refuseStrangers, safeHeaders } from "./safety.ts";

/** Where the engine's handler answers. */
export const apiPath = "/api";

interface Parts {
  readonly handler: Pick<Handler, "respond">;
  readonly page: Page;
  readonly actorOf: (person: string | null | undefined) => Actor | undefined;
  /** As far ahead as the handler holds free times in memory. */
  readonly searchableDays: number;
}

/** All that the clinic answers: the engine's routes, who is who, and the page. */
export function createRoutes(parts: Parts): Pick<Handler, "respond"> {
  return {
    async respond(incoming) {
      const { headers, ...outgoing } = await answer(incoming, parts);
      return { ...outgoing, headers: { ...safeHeaders, ...headers } };
    },
  };
}

async function answer(incoming: Incoming, parts: Parts): Promise<Outgoing> {
  try {
    refuseStrangers(incoming);
    if (incoming.url.pathname.startsWith(`${apiPath}/`)) return await parts.handler.respond(incoming);
    return ownAnswer(incoming, parts);
  } catch (error) {
    if (!isHttpError(error)) throw error;
    return json(error.status, error.toResponse(), error.headers);
  }
}

function ownAnswer(incoming: Incoming, parts: Parts): Outgoing {
  const { method, url } = incoming;
  const found = contentAt(url.pathname, parts, parts.actorOf(incoming.header("x-clinic-person")));
  if (method === "HEAD") return { ...found, body: null };
  if (method === "GET") return found;
  throw new HttpError("method_not_allowed", { allow: ["GET", "HEAD"] }, { Allow: "GET, HEAD" });
}

/** @throws HttpError `route_not_found`, `not_signed_in` */
function contentAt(path: string, { page, searchableDays }: Parts, actor: Actor | undefined): Outgoing {
  if (path === "/people") return json(200, { success: true, ...people });
  if (path === "/directory") {
    if (actor === undefined) throw new HttpError("not_signed_in");
    return json(200, { success: true, ...directoryOf(actor, searchableDays) });
  }
  const found = page(path);
  if (found === undefined) throw new HttpError("route_not_found");
  return found;
}

function json(status: number, content: object, headers: Readonly<Record<string, string>> = {}): Outgoing {
  const usual = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
  return { status, headers: { ...usual, ...headers }, body: JSON.stringify(content) };
}
