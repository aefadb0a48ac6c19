import {
  type Caller,
  type Connection,
  type DriverConnection,
  driverConnection,
  type MysqlPoolConnection,
  type ToldRows,
} from "./connection.ts";
import type { SessionStatus } from "./session-status.ts";
import { rollback } from "./transaction-commands.ts";

/** What the last answer said about a shared connection. Until the next answer, it is only a guess. */
export interface Session {
  autocommit: boolean;
  /** Whether the driver exposes the status that comes with rows. */
  tells: boolean;
}

export const newSession = (): Session => ({ autocommit: true, tells: true });

/**
 * A connection of a pool. An earlier user may have left a transaction open on it, or turned autocommit off, so that
 * each read begins a transaction that stays open. Reads would then see the state at its beginning, or uncommitted data.
 */
export function pooledConnection(
  driver: MysqlPoolConnection,
  name: string,
  session: Session,
  caller: Caller,
): Connection {
  const connection = driverConnection(driver, name, caller);
  return { ...connection, read: (sql, parameters) => readNow(connection, session, sql, parameters) };
}

/** Usually the answer itself says that it was read outside any transaction. Otherwise it is read again. */
async function readNow<Row>(
  connection: DriverConnection,
  session: Session,
  sql: string,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  if (session.autocommit && session.tells) {
    const { rows, status } = await connection.told<Row>(sql, parameters);
    if (status?.autocommit === true && !status.inTransaction) return rows;
    session.tells = status !== undefined;
  }
  await clear(connection, session);
  const { rows }: ToldRows<Row> = await connection.told<Row>(sql, parameters);
  if (!session.autocommit) await clear(connection, session);
  return rows;
}

/** Ends any open transaction. The answer tells whether the next read would begin one. */
async function clear(connection: Connection, session: Session): Promise<void> {
  const status: SessionStatus | undefined = await connection.command(rollback);
  session.autocommit = status?.autocommit === true;
}
