import { StorageError } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asDocument } from "./documents.ts";
import { storedSchemaVersion } from "./stored-version.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** How many seconds one process waits for another to migrate. */
export const migrationWaitSeconds = 60;

/** Runs work while no other process migrates the same tables. */
export type MigrationLock = <T>(
  connection: Connection,
  strategy: MysqlStrategy,
  work: (hold: Hold) => Promise<T>,
) => Promise<T>;

/** What the process that may migrate knows. */
export interface Hold {
  /** Whether no other run has begun to create tables. */
  readonly isFirst: boolean;
  /** Asked before each step. @throws StorageError `transient` if another process has taken over */
  readonly keep: () => Promise<void>;
}

interface LockResult {
  readonly locked: number | null;
}

/**
 * Several processes that start together all migrate. One does the work; the others wait and find nothing left to do.
 * The lock belongs to the server.
 */
export const namedLock: MigrationLock = async (connection, strategy, work) => {
  // The lock's name belongs to the server, not the database, and may have 64 characters.
  const tables = sql`concat(${strategy.tablesDatabase}, ${sql.lit(`:${strategy.qualified("")}`)})`;
  const lock = sql`concat('slotwright:', left(sha2(${tables}, 256), 40))`;
  const documentOf = (json: RawBuilder<unknown>) => sql`select ${asDocument(json)}`.compile(strategy.queries).sql;
  const ask = documentOf(sql`json_object('locked', get_lock(${lock}, ${sql.lit(migrationWaitSeconds)}))`);
  const [answer] = await connection.documents<LockResult>(ask, []);
  if (answer?.locked !== 1) throw lockedByOthers(connection);
  const free = documentOf(sql`json_object('freed', release_lock(${lock}))`);
  return cleaningUp(
    async () => {
      const isFirst = (await storedSchemaVersion(connection, strategy)) === undefined;
      return work({ isFirst, keep: async () => {} });
    },
    () => connection.documents(free, []),
  );
};

export function lockedByOthers({ databaseName }: Connection): StorageError {
  return new StorageError(
    "transient",
    `Another process has been migrating the database ${databaseName} for ${migrationWaitSeconds} seconds. Try again when it has finished.`,
  );
}

/** Cleans up whatever happened. An error of the work counts, even if the clean-up fails as well. */
export async function cleaningUp<T>(work: () => Promise<T>, cleanUp: () => Promise<unknown>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await cleanUp().catch(() => {});
    throw error;
  }
  await cleanUp();
  return result;
}
