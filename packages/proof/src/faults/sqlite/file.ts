import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { eachCall, type History, type Performance } from "@slotwright/conformance";
import { isBookingError, type StorageAdapter } from "@slotwright/core";
import { sqlite } from "@slotwright/lab/engines/sqlite";
import Database from "better-sqlite3";
import { problemsIn } from "../after.ts";
import type { Beside } from "../beside/run.ts";
import { type Flaw, flawed } from "./flaws.ts";

/** A fresh folder. What is left of it is removed when the work has ended. */
export async function inFreshFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-proof-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A migrated file without any bookings. */
export async function createFile(folder: string, name = "bookings"): Promise<string> {
  const file = join(folder, `${name}.sqlite`);
  const storage = sqliteAdapter({ filename: file });
  await storage.migrate();
  await storage.close();
  return file;
}

/** What is wrong with the file according to its own checks, to SQL alone, and to the library's own reading. */
export async function problemsInFile(
  file: string,
  performance: Performance,
  atWork: Beside,
  observer: StorageAdapter,
): Promise<readonly string[]> {
  const connection = await sqlite.connect(file);
  try {
    return await problemsIn(performance, atWork, observer, connection, sqlite);
  } finally {
    await connection.close();
  }
}

/**
 * A storage on the file that can be closed in between. The next call opens the file again. Calls in progress finish
 * first.
 */
export function reopenedStorage(
  file: string,
  openStorage: () => StorageAdapter<never> = () => sqliteAdapter({ filename: file }),
): {
  readonly storage: StorageAdapter;
  readonly close: () => Promise<void>;
} {
  let open: StorageAdapter<never> | undefined;
  const underWay = new Set<Promise<unknown>>();
  const calls = eachCall(
    () => (open ??= openStorage()),
    (_, proceed) => {
      const answer = proceed();
      underWay.add(answer);
      const end = () => void underWay.delete(answer);
      answer.then(end, end);
      return answer;
    },
  );
  const close = async () => {
    const closing = open;
    open = undefined;
    await Promise.allSettled(underWay);
    await closing?.close();
  };
  const storage: StorageAdapter = {
    contract: 1,
    ...calls,
    within: () => {
      throw new TypeError("There is no transaction of a host here.");
    },
    close,
  };
  return { storage, close };
}

/** Calls that failed without any reason to, except those of a process that was killed. */
export function withoutFailures(history: History): readonly string[] {
  return history.calls.flatMap(({ id, name, outcome }) =>
    outcome.status === "failed" ? [`${id} ${name} failed with ${outcome.code}, though it only had to wait.`] : [],
  );
}

/** A connection as a host opens it, with an adapter on it. Callers that wait for the file do so outside of SQLite. */
export function openAsHost(file: string, flaw?: Flaw, options: Database.Options = {}): HostFile {
  const database = new Database(file, { timeout: 0, ...options });
  const storage = sqliteAdapter({ database: flawed(database, flaw) });
  const close = async () => {
    await storage.close();
    database.close();
  };
  return { database, storage: { ...storage, close } as StorageAdapter<never> };
}

export interface HostFile {
  readonly database: Database.Database;
  /** Its `close` also closes the database. */
  readonly storage: StorageAdapter<never>;
}

/** If a record that was shown is gone, the inspection of all records stops. That is a problem, and not a failure. */
export async function lossAsProblem(work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    if (!isBookingError(error)) throw error;
    return [`What was shown no longer exists: ${error.message}`];
  }
}
