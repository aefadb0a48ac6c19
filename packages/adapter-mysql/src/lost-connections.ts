import { noteOpened } from "@slotwright/adapter-sql";
import { coreOf, type LoneConnection, type MysqlConnection, type MysqlPool } from "./connection.ts";
import { noAnswer } from "./open-sessions.ts";

/** Pools and connections that have listeners. Each gets them once, however many adapters use it. */
const heard = new WeakSet<object>();

/** Notes when the pool's sessions are opened. */
export function watched<Pool extends MysqlPool>(pool: Pool): Pool {
  if (!heard.has(pool)) pool.on?.("connection", noteOpened);
  heard.add(pool);
  return pool;
}

/**
 * A lent connection that dies may emit "error" more than once, and the pool listens once. Without another listener,
 * Node would exit. Whatever was running on the connection fails by itself.
 */
export function surviveLoss(driver: MysqlConnection): void {
  const core = coreOf(driver) as { on?: (event: "error", listener: () => void) => void };
  if (!heard.has(core)) core.on?.("error", () => {});
  heard.add(core);
}

/**
 * Ends a session whose server may never answer. Everything that still waits on it fails, also the pool's own end, which
 * `destroy` would leave waiting.
 */
export function abandon(driver: LoneConnection): void {
  const { stream } = coreOf(driver) as { readonly stream?: { destroy?(error: Error): void } };
  if (stream?.destroy === undefined) driver.destroy();
  else stream.destroy(noAnswer());
}
