import { isDeepStrictEqual } from "node:util";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import type { FeedPosition } from "@slotwright/core/adapter";

/** Reads the feed of a storage page by page, from the beginning. */
export interface FeedReader {
  /** All entries that it has been given so far. */
  readonly entries: readonly JournalEntry[];
  readonly position: FeedPosition | null;
  /** Reads one page. @throws Error if the position no longer fits */
  read(): Promise<readonly JournalEntry[]>;
  /** Reads on until a page is not full. */
  readToEnd(): Promise<void>;
}

export function createFeedReader(storage: StorageAdapter, limit: number, from: FeedPosition | null = null): FeedReader {
  const entries: JournalEntry[] = [];
  let position = from;
  const reader = {
    entries,
    get position() {
      return position;
    },
    async read() {
      const page = await storage.readFeed({ after: position, limit });
      if (page.status === "reset") throw new Error(`The position ${JSON.stringify(position)} is told not to fit.`);
      // A reader keeps its position as JSON.
      position = JSON.parse(JSON.stringify(page.position)) as FeedPosition;
      const given = page.entries.map(({ entry }) => entry);
      entries.push(...given);
      return given;
    },
    async readToEnd() {
      while ((await reader.read()).length === limit);
    },
  };
  return reader;
}

/**
 * Compares what a reader was given with what was committed. Reports, as sentences, what is lost, repeated, out of
 * order, or was never committed. Empty if each entry came once, and those of each record in the order of its versions.
 */
export function auditFeed(given: readonly JournalEntry[], committed: readonly JournalEntry[]): readonly string[] {
  const nameOf = ({ recordKind, recordId, version }: JournalEntry) => `${recordKind} ${recordId} version ${version}`;
  const problems: string[] = [];
  const wanted = new Map(committed.map((entry) => [nameOf(entry), entry]));
  const seen = new Set<string>();
  const latest = new Map<string, number>();
  for (const entry of given) {
    const name = nameOf(entry);
    const record = `${entry.recordKind} ${entry.recordId}`;
    if (seen.has(name)) problems.push(`repeated: ${name}`);
    else if (!wanted.has(name)) problems.push(`never committed: ${name}`);
    else if (!isDeepStrictEqual(wanted.get(name), entry)) problems.push(`differs from the journal: ${name}`);
    if ((latest.get(record) ?? 0) > entry.version) problems.push(`out of order: ${name}`);
    seen.add(name);
    latest.set(record, entry.version);
  }
  return [...problems, ...[...wanted.keys()].filter((name) => !seen.has(name)).map((name) => `lost: ${name}`)];
}
