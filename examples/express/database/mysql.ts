import { type MysqlTransaction, mysqlAdapter } from "@slotwright/adapter-mysql";
import { createPool, type Pool, type PoolConnection } from "mysql2/promise";
import { asDriverError, type Meaning, type Query, type Strategy } from "./strategy.ts";

/** For MySQL and MariaDB alike. */
export function mysqlStrategy(url: string): Strategy<MysqlTransaction, PoolConnection> {
  const pool = createPool(url);
  const storage = mysqlAdapter({ pool });
  return {
    storage,
    idType: "varchar(128) character set utf8mb4 collate utf8mb4_bin",
    queryOn,
    query: queryOn(pool),
    meaningOf,
    close: async () => {
      await storage.close();
      await pool.end();
    },
  };
}

function queryOn(connection: Pick<PoolConnection | Pool, "query">): Query {
  return async (sql, parameters = []) => {
    const [rows] = await connection.query(sql, [...parameters]);
    return Array.isArray(rows) ? rows : [];
  };
}

/**
 * Lock wait timeout, deadlock, record changed since the snapshot (MariaDB), refused by the group of servers (MySQL); the
 * server is stopping or ended the connection.
 */
const transientNumbers = [1205, 1213, 1020, 3101, 1053, 1927, 3169];
/** A CHECK failed: on MySQL, and on MariaDB. */
const checkNumbers = [3819, 4025];

function meaningOf(error: unknown): Meaning {
  const { errno = 0, code = "", fatal = false } = asDriverError(error);
  // Some errors of a lost connection have no code.
  const isLost = fatal && /^(|PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code);
  if (isLost || transientNumbers.includes(errno)) return "transient";
  return checkNumbers.includes(errno) ? "check_failed" : "other";
}
