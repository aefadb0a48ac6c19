import type { ShownEntry } from "../calls/calls.ts";
import { withDates } from "../calls/dates.ts";
import { failureOf, type RequestError } from "../calls/request-error.ts";
import type { Fields } from "../calls/routes.ts";
import { type Open, refusalOf } from "../calls/send.ts";
import type { Environment } from "../environment.ts";
import { createWatch } from "../tasks/watch.ts";
import { createEventStreamReader, type StreamEvent } from "./event-stream.ts";

/** What becomes of a stream in the end. */
export interface StreamEnd {
  /** `reset`: the feed does not go on from the cursor. */
  readonly reason: "cut" | "reset";
  /** Whether the stream stood: it has said where it begins. */
  readonly hasStarted: boolean;
  readonly error: RequestError | null;
  /** How long the server wants to be left alone. */
  readonly retryMs: number | undefined;
}

export interface StreamOptions {
  readonly open: Open;
  readonly environment: Environment;
  readonly filter: Fields;
  readonly cursor: string;
  /** Within so many milliseconds the first event must have come. */
  readonly startMs: number;
  /** Something has come: what was committed until now is known, or about to be. */
  readonly onSign: () => void;
  readonly onNews: (entries: readonly ShownEntry[], cursor: string) => void;
  readonly signal: AbortSignal;
}

/** Without a word for so long, not even a comment, a connection is dead. */
const silentMs = 35_000;

/** Follows one stream until it ends, whatever ends it. */
export async function followStream(options: StreamOptions): Promise<StreamEnd> {
  const { open, environment, filter, cursor, startMs, signal } = options;
  const cut = new AbortController();
  const abort = () => cut.abort();
  signal.addEventListener("abort", abort);
  const watch = createWatch(environment.setTimer, abort);
  const facts = createFacts(cursor);
  try {
    watch(startMs);
    const headers = { Accept: "text/event-stream, application/problem+json", "Last-Event-ID": cursor };
    const response = await open("stream", filter, { headers, signal: cut.signal });
    for await (const event of eventsOf(response, facts, cut.signal)) {
      const end = heard(event, facts, options);
      if (end) return end;
      if (facts.hasStarted) watch(silentMs);
    }
    return facts.end("cut", null);
  } catch (error) {
    const refusal = failureOf(error);
    return facts.end(isReset(refusal) ? "reset" : "cut", refusal);
  } finally {
    watch();
    signal.removeEventListener("abort", abort);
    cut.abort();
  }
}

/** A malformed cursor is of no more use than one that does not fit. */
export function isReset({ code, status }: RequestError): boolean {
  return code === "feed_reset" || (code === "invalid_input" && status === 400);
}

function createFacts(cursor: string) {
  const reader = createEventStreamReader(cursor);
  const facts = {
    reader,
    hasStarted: false,
    end(reason: StreamEnd["reason"], error: RequestError | null): StreamEnd {
      return { reason, hasStarted: facts.hasStarted, error, retryMs: reader.retryMs() };
    },
  };
  return facts;
}

type Facts = ReturnType<typeof createFacts>;

/** Gives what the bytes say. A comment or a part of an event is a sign of life as well: then it gives undefined. */
async function* eventsOf(response: Response, { reader }: Facts, signal: AbortSignal) {
  const bytes = response.body?.getReader();
  if (!bytes) return;
  const cancel = () => void bytes.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      const { done, value } = await bytes.read();
      if (done || signal.aborted) return;
      yield undefined;
      yield* reader.read(value as Uint8Array);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Returns how the stream ends, if this ends it. */
function heard(event: StreamEvent | undefined, facts: Facts, options: StreamOptions): StreamEnd | undefined {
  options.onSign();
  if (!event) return undefined;
  const { name, data, lastEventId } = event;
  if (name === "feed_reset") return facts.end("reset", null);
  if (name === "ended") return facts.end("cut", null);
  if (name === "failed") return facts.end("cut", refusalOf(0, JSON.parse(data ?? ""), null));
  if (name === "started") facts.hasStarted = true;
  options.onNews(name === "changes" && data !== undefined ? entriesIn(data) : [], lastEventId);
  return undefined;
}

function entriesIn(data: string): readonly ShownEntry[] {
  const { entries } = JSON.parse(data) as { readonly entries: unknown };
  return withDates(entries) as readonly ShownEntry[];
}
