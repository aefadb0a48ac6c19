import { setImmediate as nextTurn } from "node:timers/promises";
import { type SqliteDatabase, sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { type CommitOutcome, StorageError, type Transition } from "@slotwright/core/adapter";
import Database from "better-sqlite3";

/** An adapter on two connections to one file: the first reads, the second commits, one batch after another. */
function sqliteWith(begin: string, filename: string): StorageAdapter<SqliteDatabase> {
  const reader = sqliteAdapter({ filename });
  const writer = new Database(filename, { timeout: 0 });
  let last: Promise<unknown> = Promise.resolve();
  const commit = (transitions: readonly Transition[]) => {
    const outcomes = last.then(() => commitOn(writer, reader.within(writer), begin, transitions));
    last = outcomes.catch(() => {});
    return outcomes;
  };
  const close = async () => {
    writer.close();
    await reader.close();
  };
  return { ...reader, commit, close };
}

/** Reads first, and then writes, as with a driver that answers later. */
async function commitOn(
  writer: Database.Database,
  inside: StorageAdapter<SqliteDatabase>,
  begin: string,
  transitions: readonly Transition[],
): Promise<readonly CommitOutcome[]> {
  try {
    writer.exec(begin);
    await inside.findSlots({ asOf: new Date(0), displayOnly: true, limit: 1 });
    await nextTurn();
    const outcomes = await inside.commit(transitions);
    writer.exec("commit");
    return outcomes;
  } catch (error) {
    if (writer.inTransaction) writer.exec("rollback");
    throw busyOrRaw(error);
  }
}

/** Recognises only the one error that BEGIN IMMEDIATE causes. */
function busyOrRaw(error: unknown): unknown {
  const raw = error instanceof StorageError ? error.cause : error;
  const isBusy = (raw as { code?: string }).code === "SQLITE_BUSY";
  return isBusy ? new StorageError("transient", "Another connection is writing. Try again in a moment.", raw) : raw;
}

/** Takes the write lock before it reads. */
export const immediateBegin = (filename: string) => sqliteWith("begin immediate", filename);

/**
 * Reads first. If another connection writes before it does, SQLITE_BUSY_SNAPSHOT answers at once, however long the
 * timeout.
 */
export const deferredBegin = (filename: string) => sqliteWith("begin", filename);
