import { setTimeout as pause } from "node:timers/promises";
import type { ActorEngine, ChangesPage, ScreenOptions } from "@slotwright/core";
import { isBookingError } from "@slotwright/core";
import { asAnswerable } from "../requests/answers.ts";
import type { Sink } from "../requests/incoming.ts";
import { aliveFrame, changesFrame, frame, retryFrame } from "./frames.ts";

/** Which changes a stream shows. */
export interface StreamFilter {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
}

/** Why the server ends a stream that could go on. */
export type EndReason = "closing" | "slow" | "signed_out";

export interface StreamOptions {
  readonly engine: ActorEngine;
  readonly filter: StreamFilter;
  /** What was read before the stream began: its first part, or where it begins. */
  readonly first: ChangesPage<object>;
  /** Where the client stood. */
  readonly from: string;
  readonly gatherMs: number;
  readonly bufferBytes: number;
  readonly slowMs: number;
  readonly screen: ScreenOptions;
  readonly onError: (error: unknown) => void;
}

/** One open stream. */
export interface Stream {
  readonly end: (reason: EndReason) => void;
  /** Says that it is alive, if nothing was written for so long. */
  readonly sayAlive: (silentMs: number, now: number) => void;
  readonly openedAt: number;
}

/** How often it is looked at whether a client has read, in milliseconds. */
const drainMs = 50;

/** How long a client that does not read may take for the last words, in milliseconds. */
const lastWordsMs = 2_000;

export function openStream(sink: Sink, options: StreamOptions): Stream {
  const leaving = new AbortController();
  let cursor = options.from;
  let writtenAt = performance.now();
  let isOpen = true;
  sink.onClose(() => {
    isOpen = false;
    leaving.abort();
  });

  function write(text: string): void {
    if (!isOpen) return;
    writtenAt = performance.now();
    sink.write(text);
  }

  /** The last words may stay unread. Then the connection is cut. */
  function finish(text: string): void {
    if (!isOpen) return;
    isOpen = false;
    leaving.abort();
    sink.write(text);
    sink.end();
    const timer = setTimeout(() => sink.cut(), lastWordsMs);
    timer.unref?.();
    sink.onClose(() => clearTimeout(timer));
  }

  function end(reason: EndReason): void {
    finish(frame({ event: "ended", data: JSON.stringify({ reason, cursor }) }));
  }

  /** Nothing more is read for a client while it has enough to read: it goes on from its own place. */
  async function show(part: { readonly entries: readonly object[]; readonly cursor: string }): Promise<void> {
    cursor = part.cursor;
    if (part.entries.length > 0) write(changesFrame(part.entries, cursor));
    for (const since = performance.now(); isOpen && sink.waiting() > options.bufferBytes; await pause(drainMs)) {
      if (performance.now() - since > options.slowMs) end("slow");
    }
  }

  async function follow(): Promise<void> {
    const { engine, filter, first, gatherMs } = options;
    write(retryFrame + frame({ event: "started", id: cursor, data: JSON.stringify({ cursor }) }));
    await show(first);
    const following = { ...filter, after: first.cursor, gatherMs, signal: leaving.signal };
    for await (const part of engine.subscribe(following)) await show(part);
  }

  follow().catch((error: unknown) => {
    const answerable = asAnswerable(error);
    if (answerable.status >= 500) options.onError(error);
    const event = isBookingError(error, "feed_reset") ? "feed_reset" : "failed";
    finish(frame({ event, data: JSON.stringify(answerable.toResponse(options.screen)) }));
  });

  return {
    end,
    sayAlive: (silentMs, now) => {
      if (now - writtenAt >= silentMs && sink.waiting() <= options.bufferBytes) write(aliveFrame(cursor));
    },
    openedAt: writtenAt,
  };
}
