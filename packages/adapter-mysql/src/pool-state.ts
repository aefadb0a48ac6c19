import type { PoolState } from "@slotwright/adapter-sql";
import type { MysqlPool } from "./connection.ts";

const notOpen: PoolState = { open: 0, inUse: 0, waiting: 0 };

/** Internal fields of mysql2's pools. Other pools may lack them. */
export function stateOf(pool: (MysqlPool & { readonly pool?: unknown }) | undefined): PoolState {
  if (pool === undefined) return notOpen;
  const core = (pool.pool ?? {}) as Readonly<Record<string, { readonly length?: unknown } | undefined>>;
  const lengthOf = (name: string): number | null => {
    const length = core[name]?.length;
    return typeof length === "number" ? length : null;
  };
  const [open, free] = [lengthOf("_allConnections"), lengthOf("_freeConnections")];
  return { open, inUse: open === null || free === null ? null : open - free, waiting: lengthOf("_connectionQueue") };
}
