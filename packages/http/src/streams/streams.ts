import type { Actor } from "@slotwright/core";
import { HttpError } from "../errors.ts";
import type { StreamLimits } from "../options.ts";
import { usualHeaders } from "../requests/answers.ts";
import type { Outgoing } from "../requests/incoming.ts";
import { openStream, type Stream, type StreamOptions } from "./stream.ts";

/** All open streams of a handler. */
export interface Streams {
  /** @throws HttpError `too_many_streams` */
  readonly reserve: (actor: Actor) => Place;
  /** Ends all streams. */
  readonly close: () => void;
  readonly count: () => number;
}

/** A place for one stream, which is given back when the stream ends, or is not opened. */
export interface Place {
  readonly open: (options: Omit<StreamOptions, "gatherMs" | "bufferBytes" | "slowMs">) => Outgoing;
  readonly giveBack: () => void;
}

const streamHeaders = {
  ...usualHeaders,
  "Content-Type": "text/event-stream; charset=utf-8",
  // Proxies that compress or buffer would hold news back.
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
} as const;

const tickMs = 1_000;

export function createStreams(limits: StreamLimits): Streams {
  const open = new Set<Stream>();
  const ofActor = new Map<string, number>();
  let taken = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    const now = performance.now();
    for (const stream of open) {
      if (now - stream.openedAt >= limits.forSeconds * 1000) stream.end("signed_out");
      else stream.sayAlive(limits.aliveMs, now);
    }
  }

  function count(actor: string, by: 1 | -1): void {
    taken += by;
    const own = (ofActor.get(actor) ?? 0) + by;
    if (own === 0) ofActor.delete(actor);
    else ofActor.set(actor, own);
    if (taken === 0) {
      clearInterval(timer);
      timer = undefined;
    } else if (timer === undefined) {
      timer = setInterval(tick, Math.min(tickMs, limits.aliveMs));
      timer.unref?.();
    }
  }

  return {
    reserve(actor) {
      const name = JSON.stringify([actor.kind, actor.id]);
      if (taken >= limits.most || (ofActor.get(name) ?? 0) >= limits.mostOfActor) {
        throw new HttpError("too_many_streams", {}, { "Retry-After": "5" });
      }
      count(name, 1);
      const giveBack = once(() => count(name, -1));
      return {
        giveBack,
        open: (options) => ({
          status: 200,
          headers: streamHeaders,
          body(sink) {
            sink.onClose(() => {
              giveBack();
              open.delete(stream);
            });
            const stream = openStream(sink, { ...options, ...limits });
            open.add(stream);
          },
        }),
      };
    },
    close() {
      for (const stream of open) stream.end("closing");
    },
    count: () => taken,
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
