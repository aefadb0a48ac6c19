import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseEngine, SqlConnection } from "@slotwright/lab/engines";
import { onceAlike } from "./once-alike.ts";

/**
 * Rows that the driver alone writes on each node, beside the callers. If one that was acknowledged is gone in the end,
 * the cluster itself loses commits.
 */
export interface PlainRows {
  readonly acknowledged: () => number;
  /** To be called before {@link lost}, when all nodes answer. */
  readonly end: () => Promise<void>;
  /** How many are gone from this node, once all have the same rows. */
  readonly lost: (url: string) => Promise<number>;
}

const pauseMs = 60;

type Connect = DatabaseEngine["connect"];

export async function startPlainRows(connect: Connect, urls: readonly string[], writable: string): Promise<PlainRows> {
  const table = "CREATE TABLE IF NOT EXISTS plain_rows (id VARCHAR(40) PRIMARY KEY)";
  await withConnection(connect, writable, (one) => one.query(table));
  const ending = new AbortController();
  const acknowledged = new Set<string>();
  const writeOn = async (url: string, place: number) => {
    let written = 0;
    const write = async (connection: SqlConnection) => {
      while (!ending.signal.aborted) {
        const id = `${place}-${written++}`;
        await connection.query("INSERT INTO plain_rows VALUES (?)", [id]);
        acknowledged.add(id);
        await sleep(pauseMs);
      }
    };
    while (!ending.signal.aborted) {
      // The node is away, or takes no writes.
      await withConnection(connect, url, write).catch(() => sleep(2 * pauseMs));
    }
  };
  const writing = Promise.all(urls.map(writeOn));
  return {
    acknowledged: () => acknowledged.size,
    end: async () => {
      ending.abort();
      await writing;
    },
    lost: async (url) => {
      const stored = await onceAlike(
        urls,
        (one) => withConnection(connect, one, idsOn),
        (ids) => ids.join(),
      );
      const there = new Set(stored[urls.indexOf(url)]);
      return [...acknowledged].filter((id) => !there.has(id)).length;
    },
  };
}

async function idsOn(connection: SqlConnection): Promise<readonly string[]> {
  const rows = await connection.query("SELECT id FROM plain_rows");
  return rows.map(({ id }) => String(id)).sort();
}

export async function withConnection<T>(
  connect: Connect,
  url: string,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect(url);
  try {
    return await work(connection);
  } finally {
    // What is broken cannot be closed in order.
    await connection.close().catch(() => {});
  }
}
