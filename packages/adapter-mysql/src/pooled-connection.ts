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

/** What was last heard of a connection that others use as well. It is no more than a guess until the next answer. */
export interface Session {
  autocommit: boolean;
  /** Whether the driver lets the status be seen that comes with rows. */
  tells: boolean;
}

export const newSession = (): Session => ({ autocommit: true, tells: true });

/**
 * A connection of a pool. Somebody may have left a transaction open on it, or have turned autocommit off, by which each
 * read begins one that stays open: reads would see what was when it began, or what is never committed.
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

/** Mostly the answer itself says that it was read outside of any transaction. Only else is it read again. */
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

/** Ends whatever transaction is open; the answer tells whether the next read would begin one. */
async function clear(connection: Connection, session: Session): Promise<void> {
  const status: SessionStatus | undefined = await connection.command(rollback);
  session.autocommit = status?.autocommit === true;
}
