import type { Pool, RowDataPacket } from "mysql2/promise";

/**
 * How many rows the server reads for a call.
 * @param pool Has one connection, so that the counters of its session are those of the call.
 */
export async function rowsReadOn(pool: Pool, call: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const [rows] = await pool.query<RowDataPacket[]>("show session status like 'Handler_read%'");
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  };
  const before = await count();
  await call();
  const middle = await count();
  // Asking reads rows as well.
  return middle - before - ((await count()) - middle);
}
