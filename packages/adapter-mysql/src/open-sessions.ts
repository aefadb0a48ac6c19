import type { MysqlPool } from "./connection.ts";

/** The part of a session's socket that is used, whether it is encrypted or not. */
interface Stream {
  readonly bytesRead: number;
  destroy(error?: Error): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** The sessions of a pool that are open, also those that it has already removed. */
export interface OpenSessions {
  readonly count: () => number;
  /** How many bytes have come on all of them together. */
  readonly received: () => number;
  /** Ends them without a word to the server. Whatever waits on them fails. */
  readonly abandon: () => void;
}

/** @param pool A pool that has not opened a session yet. */
export function openSessions(pool: MysqlPool): OpenSessions {
  const streams = new Set<Stream>();
  pool.on?.("connection", (session) => {
    const { stream } = session as { readonly stream: Stream };
    streams.add(stream);
    stream.once("close", () => streams.delete(stream));
  });
  return {
    count: () => streams.size,
    received: () => [...streams].reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    abandon: () => {
      for (const stream of streams) stream.destroy(noAnswer());
    },
  };
}

/** An error as the driver's own, after which nobody knows whether the last statement was run. */
export function noAnswer(): Error {
  return Object.assign(new Error("the server does not answer"), { code: "ETIMEDOUT" });
}
