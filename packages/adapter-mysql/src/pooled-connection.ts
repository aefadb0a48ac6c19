import {
  type CallContext,
  type Connection,
  type DriverConnection,
  driverConnection,
  type MysqlPoolConnection,
  type RowsWithStatus,
} from "./connection.ts";
import type { SessionStatus } from "./session-status.ts";
import { rollback } from "./transaction-commands.ts";

/** What the last answer said about a shared connection. Until the next answer, it is only a guess. */
export interface Session {
  autocommit: boolean;
  /** Whether the driver exposes the status that comes with rows. */
  showsStatus: boolean;
}

export const newSession = (): Session => ({ autocommit: true, showsStatus: true });

/**
 * A connection of a pool. An earlier user may have left a transaction open on it, or turned autocommit off, so that
 * each read begins a transaction that stays open. Reads would then see the state at its beginning, or uncommitted data.
 */
export function pooledConnection(
  driver: MysqlPoolConnection,
  databaseName: string,
  session: Session,
  context: CallContext,
): Connection {
  const connection = driverConnection(driver, databaseName, context);
  return { ...connection, read: (sql, parameters) => readNow(connection, session, sql, parameters) };
}

/** Usually the answer itself says that it was read outside any transaction. Otherwise it is read again. */
async function readNow<Row>(
  connection: DriverConnection,
  session: Session,
  sql: string,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  if (session.autocommit && session.showsStatus) {
    const { rows, status } = await connection.readWithStatus<Row>(sql, parameters);
    if (status?.autocommit === true && !status.inTransaction) return rows;
    session.showsStatus = status !== undefined;
  }
  await endTransaction(connection, session);
  const { rows }: RowsWithStatus<Row> = await connection.readWithStatus<Row>(sql, parameters);
  if (!session.autocommit) await endTransaction(connection, session);
  return rows;
}

/** Ends any open transaction. The answer tells whether the next read would begin one. */
async function endTransaction(connection: Connection, session: Session): Promise<void> {
  const status: SessionStatus | undefined = await connection.command(rollback);
  session.autocommit = status?.autocommit === true;
}
