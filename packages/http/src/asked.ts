import { randomUUID } from "node:crypto";
import type { Actor, ActorEngine, ChangesPage } from "@slotwright/core";
import { engineOfEachActor } from "./actor-engines.ts";
import { calls } from "./calls.ts";
import { HttpError } from "./errors.ts";
import type { HandlerOptions, Limits, OwnCall } from "./options.ts";
import { answer, withKeyOfClient } from "./requests/answers.ts";
import type { Incoming, Outgoing } from "./requests/incoming.ts";
import { bodyOf, headerFieldsOf, type Input, invalid, keyOf, queryOf, versionOf } from "./requests/input.ts";
import type { Match } from "./routes/match.ts";
import type { CallName } from "./routes/table.ts";
import type { Searches } from "./searches.ts";
import type { StreamFilter } from "./streams/stream.ts";
import type { Streams } from "./streams/streams.ts";

interface Circumstances {
  readonly options: HandlerOptions<never, unknown>;
  readonly limits: Limits;
  readonly searches: Searches;
  readonly streams: Streams;
  readonly noteError: (error: unknown, request?: Request) => void;
}

/** Answers a request in the name of its caller. */
export type Asked = (incoming: Incoming, match: Match) => Promise<Outgoing>;

export function createAsked(circumstances: Circumstances): Asked {
  const { options } = circumstances;
  const engineOf = engineOfEachActor(options.engine);
  return async (incoming, match) => {
    const actor = await actorOf(options, incoming);
    const engine = engineOf(actor);
    const own = options.calls?.[match.name as CallName];
    const asker = { ...circumstances, incoming, match, actor, engine, own };
    if (match.name === "stream") return stream(asker);
    return match.route.method === "GET" ? read(asker) : command(asker);
  };
}

interface Asker extends Circumstances {
  readonly incoming: Incoming;
  readonly match: Match;
  readonly actor: Actor;
  readonly engine: ActorEngine;
  readonly own: OwnCall | undefined;
}

/** @throws HttpError `not_signed_in` */
async function actorOf({ actorOf: of }: HandlerOptions<never, unknown>, incoming: Incoming): Promise<Actor> {
  const actor = await of(incoming.request());
  if (actor === undefined || actor === null) throw new HttpError("not_signed_in");
  return actor;
}

async function read(asker: Asker): Promise<Outgoing> {
  const { incoming, match } = asker;
  const input = { ...queryOf(match, incoming.url.searchParams), ...headerFieldsOf(match, incoming) };
  return answered(match, await run(asker, input, undefined));
}

async function command(asker: Asker): Promise<Outgoing> {
  const { incoming, match, limits, own } = asker;
  if (incoming.url.search.length > 1) throw invalid("", "A command takes no query.", "unknown_field");
  const body = await bodyOf(incoming, match, limits);
  // A key that the host can run its transaction again with is needed where it has one.
  const key = keyOf(incoming, match) ?? (own === undefined ? undefined : randomUUID());
  const takesKey = key !== undefined && match.route.hasNoKey !== true;
  const ifVersion = versionOf(incoming, match, body);
  const input: Input = {
    ...body,
    ...match.parameters,
    ...(takesKey && { idempotencyKey: key }),
    ...(ifVersion !== undefined && { ifVersion }),
  };
  try {
    const result = await run(asker, input, key);
    return answered(match, result, asker.options.basePath);
  } catch (error) {
    throw withKeyOfClient(error, takesKey ? key : undefined);
  }
}

async function run(asker: Asker, input: Input, key: string | undefined): Promise<object> {
  const { own, actor, engine, searches, incoming, match } = asker;
  if (own === undefined) {
    const screen = () => asker.options.screenOf?.(incoming.request()) ?? {};
    return calls[match.name as CallName]({ actor, engine, input, searches, screen });
  }
  const { ofEngine, ofHost } = divided(input, own);
  const call = { actor, engine, input: ofEngine, idempotencyKey: key ?? "", own: ofHost, request: incoming.request() };
  return own.run(call);
}

/** The fields of the host's own, checked, and the others. */
function divided(input: Input, { fields }: OwnCall): { readonly ofEngine: Input; readonly ofHost: Input } {
  if (fields === undefined) return { ofEngine: input, ofHost: {} };
  const names = Object.keys(fields.shape);
  const given = Object.entries(input);
  const parsed = fields.safeParse(Object.fromEntries(given.filter(([name]) => names.includes(name))));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path.join(".") ?? "", issue?.message ?? "is not valid", "custom");
  }
  return { ofEngine: Object.fromEntries(given.filter(([name]) => !names.includes(name))), ofHost: parsed.data };
}

function answered({ name, route }: Match, result: object, basePath = ""): Outgoing {
  const record = route.etag === undefined ? undefined : (result as Readonly<Record<string, unknown>>)[route.etag];
  const version = (record as { readonly version?: number } | undefined)?.version;
  const id = (record as { readonly id?: string } | undefined)?.id;
  return answer(route.status ?? 200, result, {
    ...(version !== undefined && { ETag: `"${version}"` }),
    ...((name === "book" || name === "request") &&
      id !== undefined && { Location: `${basePath}/appointments/${encodeURIComponent(id)}` }),
  });
}

async function stream(asker: Asker): Promise<Outgoing> {
  const { incoming, match, actor, engine, streams, noteError, options } = asker;
  const { after: asked, ...filter } = queryOf(match, incoming.url.searchParams);
  const after = (incoming.header("last-event-id") || asked || "end") as string;
  const place = streams.reserve(actor);
  try {
    const first = (await engine.changes({ ...filter, after, limit: 500 })) as ChangesPage<object>;
    const request = incoming.request();
    return place.open({
      engine,
      filter: filter as StreamFilter,
      first,
      from: after === "end" ? first.cursor : after,
      screen: options.screenOf?.(request) ?? {},
      onError: (error) => noteError(error, request),
    });
  } catch (error) {
    place.giveBack();
    throw error;
  }
}
