import type { ShownEntry } from "../calls/calls.ts";
import { isRequestError, type RequestError } from "../calls/request-error.ts";
import type { Fields } from "../calls/routes.ts";
import type { Open, Send } from "../calls/send.ts";
import type { Environment } from "../environment.ts";
import { backOff, type Pauses } from "../tasks/pauses.ts";
import type { ConnectionName } from "./connection-state.ts";
import { followStream, isReset, type StreamEnd } from "./stream.ts";

/** Who is told what a connection brings. */
export interface ConnectionListener {
  /** Where the feed is to go on. Undefined if it has to begin anew first. */
  readonly cursor: () => string | undefined;
  /**
   * Takes the cursor at the end of the feed and reads everything, unless there is a cursor already.
   * @throws RequestError
   */
  readonly begin: () => Promise<void>;
  readonly news: (entries: readonly ShownEntry[], cursor: string) => void;
  /** The feed does not go on from the cursor. */
  readonly reset: () => void;
  readonly state: (state: ConnectionName, error: RequestError | null) => void;
  /** All that was committed until then is known: milliseconds by `elapsed`. */
  readonly current: (until: number) => void;
}

export interface ConnectionOptions {
  readonly send: Send;
  readonly open: Open;
  readonly environment: Environment;
  readonly pauses: Pauses;
  readonly filter: Fields;
  readonly listener: ConnectionListener;
}

/** How often the feed is asked where no stream gets through. */
export const pollMs = 5_000;
/** A proxy that gathers what it passes on would hold the first event back for ever. */
const startMs = 10_000;
/** So many streams in a row must fail before the feed is asked instead. */
const failuresBeforePolling = 2;

/** Follows the feed until it is ended: by streams, and by asking where no stream gets through. */
export async function connect(options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const end = await followOnce(options, failures, signal);
    if (signal.aborted) return;
    failures = end.hasStarted ? 1 : failures + 1;
    if (end.reason === "cut") await untilNextStream(options, end, failures, signal);
    else await beginAgain(options, failures);
  }
}

/** A server that answers nothing but a reset is left in peace. */
async function beginAgain({ listener, pauses }: ConnectionOptions, failures: number): Promise<void> {
  listener.reset();
  if (failures > 1) await pauses.afterFailure(failures);
}

/** Begins, if it has to, and follows one stream. */
async function followOnce(options: ConnectionOptions, failures: number, signal: AbortSignal): Promise<StreamEnd> {
  const { open, environment, filter, listener } = options;
  let error: RequestError | null = null;
  try {
    await listener.begin();
  } catch (thrown) {
    if (!isRequestError(thrown)) throw thrown;
    error = thrown;
  }
  const cursor = listener.cursor();
  if (cursor === undefined) return { reason: "cut", hasStarted: false, error, retryMs: undefined };
  return followStream({
    ...{ open, environment, filter, cursor, signal },
    // While the feed is asked, the next answer must not be long in coming.
    startMs: failures >= failuresBeforePolling ? pollMs - 1_000 : startMs,
    onSign: () => listener.current(environment.elapsed()),
    onNews: (entries, next) => {
      listener.news(entries, next);
      listener.state("live", null);
    },
  });
}

/** Waits before the next stream, and asks meanwhile if it is the second one in a row that fails. */
async function untilNextStream(
  options: ConnectionOptions,
  end: StreamEnd,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const { environment, pauses, listener } = options;
  const ownPause = backOff(failures, environment.random(), { firstMs: end.retryMs ?? 1_000 });
  const wait = Math.max(ownPause, end.error?.retryAfterMs ?? 0);
  const until = environment.elapsed() + wait;
  const asks = failures >= failuresBeforePolling && listener.cursor() !== undefined;
  if (!asks) listener.state("reconnecting", end.error);
  for (let left = wait; left > 0 && !signal.aborted; left = until - environment.elapsed()) {
    if (asks) await poll(options);
    // The feed has to begin anew.
    if (asks && listener.cursor() === undefined) return;
    if (await isWoken(pauses, environment, asks ? Math.min(left, pollMs) : left)) return;
  }
  if (asks && !signal.aborted) await poll(options);
}

/** Whether the pause was cut short, because the network may be back. */
async function isWoken(pauses: Pauses, { elapsed }: Environment, ms: number): Promise<boolean> {
  const until = elapsed() + ms;
  await pauses.pause(ms);
  // Timers may fire a moment early.
  return elapsed() < until - 50;
}

/** `overtaken`: the reader has got elsewhere meanwhile, and what was read is dropped. Or what went wrong. */
export type Polled = "read" | "overtaken" | RequestError;

/** Reads the feed to its end. Without a cursor, it begins first. */
export async function poll({ send, environment, filter, listener }: ConnectionOptions): Promise<Polled> {
  try {
    await listener.begin();
    for (let isEnd = false; !isEnd; ) {
      const [asked, after] = [environment.elapsed(), listener.cursor()];
      if (after === undefined) return "overtaken";
      const page = await send("changes", { ...filter, after, limit: 500 });
      if (listener.cursor() !== after) return "overtaken";
      listener.news(page.entries as readonly ShownEntry[], page.cursor as string);
      isEnd = page.isEnd === true;
      if (isEnd) listener.current(asked);
    }
    listener.state("polling", null);
    return "read";
  } catch (error) {
    if (!isRequestError(error)) throw error;
    if (isReset(error)) listener.reset();
    else listener.state("reconnecting", error);
    return error;
  }
}
