import type { Actor, ActorEngine, Engine, FollowInput, ScreenOptions } from "@slotwright/core";
import type { z } from "zod";
import type { CallName } from "./routes/table.ts";

/** What a function of the host that takes the place of a call is given. */
export interface Call {
  /** Who asks. */
  readonly actor: Actor;
  /** The engine in the name of the actor. */
  readonly engine: ActorEngine;
  /**
   * What the engine's call takes: of a command, with the version of the headers and, where it takes one, the key. The
   * engine has not checked it yet. A read of one record has its id in it.
   */
  readonly input: Readonly<Record<string, unknown>>;
  /** Of a command: its key, made here if the client sent none. Empty for a read. */
  readonly idempotencyKey: string;
  /** The fields of the body that are yours, checked by `fields`. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly request: Request;
}

/** A call that the host does its own way, such as a command in one transaction with rows of its own. */
export interface OwnCall {
  /** Fields that the body has beside those of the engine, as a Zod object. Default: none. */
  readonly fields?: z.ZodObject | undefined;
  /** Does it, and returns what is answered: what the engine's call returns, and whatever else the client is to know. */
  readonly run: (call: Call) => Promise<object>;
}

/** Live slots for searches. */
export interface LiveOptions extends Omit<FollowInput, "signal"> {
  /**
   * Who may search them without a `subjectId`, because `authorize` is not asked then. All others' searches go to the
   * database. With a `subjectId`, they answer everybody, and `authorize` is asked.
   */
  readonly openTo: "everybody" | ((actor: Actor) => boolean);
}

/** How much of everything there may be. */
export interface Limits {
  /** Bytes of a body. Default 65 536. */
  readonly bodyBytes: number;
  /** Bytes of a body that may be long: one with slots, hours or busy times, and that of a preview. Default 4 194 304. */
  readonly slotsBodyBytes: number;
  /** Milliseconds in which a body must have arrived. Default 30 000. */
  readonly bodyMs: number;
  /**
   * Characters of the path with its query, not counting `after`, and of each of `Idempotency-Key`, `If-Match`, `Hold-Token`,
   * `Accept`, `Origin` and `Content-Type`. Cursors of the feed may be longer. Default 8192.
   */
  readonly headerLength: number;
}

/** How many streams there may be, and for how long. */
export interface StreamLimits {
  /** Open streams of this process. Default 2000. */
  readonly most: number;
  /** Open streams of one actor. Default 20. */
  readonly mostOfActor: number;
  /** Bytes that may wait for a client to read them before no more is read for it. Default 262 144. */
  readonly bufferBytes: number;
  /** Milliseconds that a client may take to read them. Then the stream ends. Default 10 000. */
  readonly slowMs: number;
  /** Milliseconds between two signs of life. Default 15 000. */
  readonly aliveMs: number;
  /** Milliseconds within which what happens comes as one event. Default 50. */
  readonly gatherMs: number;
  /** Seconds after which a stream ends, so that `actorOf` is asked again. Default 3600. */
  readonly forSeconds: number;
}

/** What `createHandler` takes. */
export interface HandlerOptions<HostTransaction = never, Opened = unknown> {
  readonly engine: Engine<HostTransaction, Opened>;
  /** Who asks, from your session. Nobody is 401. It must leave the body of the request unread. */
  readonly actorOf: (request: Request) => Actor | undefined | null | Promise<Actor | undefined | null>;
  /** The path below which the routes are, such as `/api/booking`. Default: none. */
  readonly basePath?: string | undefined;
  /** Origins of other sites whose pages may call it, such as `https://app.example`. Default: none. */
  readonly origins?: readonly string[] | undefined;
  /** A window of slots in memory, from which searches are answered. Default: none. */
  readonly live?: LiveOptions | undefined;
  /** Calls that you do your own way. The stream and the OpenAPI document are none. */
  readonly calls?: { readonly [Name in CallName]?: OwnCall } | undefined;
  /** In which language and zone the caller is shown errors. Default: English, UTC. */
  readonly screenOf?: ((request: Request) => ScreenOptions) | undefined;
  /** Told of every error that is answered with a status from 500 on, with its cause. Default: nobody is told. */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly streams?: Partial<StreamLimits> | undefined;
}

export const defaultLimits: Limits = {
  bodyBytes: 64 * 1024,
  slotsBodyBytes: 4 * 1024 * 1024,
  bodyMs: 30_000,
  headerLength: 8192,
};

export const defaultStreamLimits: StreamLimits = {
  most: 2000,
  mostOfActor: 20,
  bufferBytes: 256 * 1024,
  slowMs: 10_000,
  aliveMs: 15_000,
  gatherMs: 50,
  forSeconds: 3600,
};
