import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { auditFeed, createFeedReader, type FeedReader } from "@slotwright/conformance";
import type { JournalEntry, StorageAdapter } from "@slotwright/core";
import { publishAlone } from "./feed-stage.ts";

export interface JournalOwner {
  readonly storage: StorageAdapter<never>;
  /** Commits old entries elsewhere than in the first partition, if the storage has more. */
  readonly fillElsewhere?: (at: Date) => Promise<void>;
  /** Runs statements as the owner of the tables, in one session. */
  readonly run: (sql: string) => Promise<unknown>;
}

const guide = new URL("../../../../docs/operations.md", import.meta.url);

/** The statements by which the guide deletes old entries, in its order of the databases. */
const blocks = () => {
  const section = readFileSync(guide, "utf8").split("### Old entries of the journal\n")[1]?.split("\n### ")[0] ?? "";
  return [...section.matchAll(/```sql\n([^`]*)```/g)].map(([, sql = ""]) => sql);
};

const databases = ["postgres", "mysql", "sqlite"] as const;

async function publish(
  storage: StorageAdapter<never>,
  numbers: readonly number[],
  at: Date,
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const number of numbers) entries.push(...(await publishAlone(storage, number, at)));
  return entries;
}

async function readerAtEnd(storage: StorageAdapter<never>): Promise<FeedReader> {
  const reader = createFeedReader(storage, 100);
  await reader.readToEnd();
  return reader;
}

/** Readers who stand before what was deleted are told, those who stand after it go on, and nobody loses what is left. */
export async function goesOnAfterDeletion(owner: JournalOwner, database: (typeof databases)[number]): Promise<void> {
  const { storage, run } = owner;
  const [old, now] = [new Date(Date.now() - 800 * 86_400_000), new Date()];
  await publish(storage, [0, 1, 2, 3, 4, 5, 6, 7, 8], old);
  await owner.fillElsewhere?.(old);
  const behind = createFeedReader(storage, 4);
  await behind.read();
  const first = await publish(storage, [20], now);
  const beyond = await readerAtEnd(storage);
  const rest = await publish(storage, [21, 22], now);
  const upToDate = await readerAtEnd(storage);
  await run(blocks()[databases.indexOf(database)] ?? "");
  await storage.migrate();
  for (const limit of [1, 100]) {
    assert.deepEqual(await storage.readFeed({ after: behind.position, limit }), { status: "reset" });
  }
  assert.deepEqual(await beyond.read(), rest);
  const last = await publish(storage, [30], now);
  for (const reader of [beyond, upToDate]) assert.deepEqual(await reader.read(), last);
  const { entries } = await readerAtEnd(storage);
  assert.deepEqual(auditFeed(entries.slice(-4), [...first, ...rest, ...last]), []);
  // Of each other partition, the last one is left.
  assert.equal(entries.length - 4, (upToDate.position?.length ?? 0) - 1);
  await assert.rejects(run("delete from slotwright_journal"), /journal_append_only/);
}
